/// Well-formed UTF-8 as Unicode's table 3-7 has it.
enum UTF8Check {
    /// The length of the sequence of two to four bytes that begins here, nil if it is not well formed.
    static func length(of bytes: [UInt8], at start: Int) -> Int? {
        let (count, low, high): (Int, UInt8, UInt8)
        switch bytes[start] {
        case 0xC2...0xDF: (count, low, high) = (2, 0x80, 0xBF)
        case 0xE0: (count, low, high) = (3, 0xA0, 0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: (count, low, high) = (3, 0x80, 0xBF)
        case 0xED: (count, low, high) = (3, 0x80, 0x9F)
        case 0xF0: (count, low, high) = (4, 0x90, 0xBF)
        case 0xF1...0xF3: (count, low, high) = (4, 0x80, 0xBF)
        case 0xF4: (count, low, high) = (4, 0x80, 0x8F)
        default: return nil
        }
        guard start + count <= bytes.count, bytes[start + 1] >= low, bytes[start + 1] <= high else { return nil }
        for index in 2..<max(count, 2) where bytes[start + index] & 0xC0 != 0x80 { return nil }
        return count
    }

    static func isValid(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position < bytes.count {
            if bytes[position] < 0x80 {
                position += 1
            } else if let length = length(of: bytes, at: position) {
                position += length
            } else {
                return false
            }
        }
        return true
    }
}
