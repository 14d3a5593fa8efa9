/// The registers of a HyperLogLog as Redis keeps it in a string, read without asking Redis to count: that writes.
///
/// Source: Redis 7.0, `hyperloglog.c`: a header of 16 bytes (`HYLL`, the encoding, a cached count), then 16,384 registers
/// of six bits, or runs of them.
struct HyperLogLog: Equatable {
    static let count = 16_384
    private(set) var registers: [UInt8]

    /// nil if it is not one.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 16, bytes.starts(with: Array("HYLL".utf8)) else { return nil }
        registers = []
        registers.reserveCapacity(Self.count)
        let body = bytes.dropFirst(16)
        let isRead = bytes[4] == 0 ? readDense(body) : readSparse(body)
        guard isRead, registers.count == Self.count else { return nil }
    }

    /// `HyperLogLog with 12 registers set`
    var description: [UInt8] { Array("HyperLogLog with \(registers.count { $0 > 0 }) registers set".utf8) }

    private mutating func readDense(_ body: ArraySlice<UInt8>) -> Bool {
        guard body.count >= Self.count * 6 / 8 else { return false }
        let start = body.startIndex
        for index in 0..<Self.count {
            let bit = index * 6
            let low = UInt16(body[start + bit / 8])
            let high = bit / 8 + 1 < body.count ? UInt16(body[start + bit / 8 + 1]) : 0
            registers.append(UInt8(truncatingIfNeeded: (low | high << 8) >> UInt16(bit % 8)) & 63)
        }
        return true
    }

    /// `00xxxxxx` so many zeros, `01xxxxxx yyyyyyyy` more of them, `1vvvvvxx` a value so many times.
    private mutating func readSparse(_ body: ArraySlice<UInt8>) -> Bool {
        var at = body.startIndex
        while at < body.endIndex {
            let code = body[at]
            var value: UInt8 = 0
            var length = Int(code & 63) + 1
            if code & 128 != 0 {
                value = (code >> 2 & 31) + 1
                length = Int(code & 3) + 1
            } else if code & 64 != 0 {
                guard at + 1 < body.endIndex else { return false }
                length = (Int(code & 63) << 8 | Int(body[at + 1])) + 1
                at += 1
            }
            guard registers.count + length <= Self.count else { return false }
            registers.append(contentsOf: repeatElement(value, count: length))
            at += 1
        }
        return true
    }
}
