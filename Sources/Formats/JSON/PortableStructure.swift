import Projections

/// The structure of a JSON text, found byte by byte: what simdjson's first stage finds, in plain Swift.
///
/// It is used if the processor has none of simdjson's kernels. It also says what is wrong, and where, after simdjson
/// found a fault, so that the message does not depend on the library's version.
struct PortableStructure {
    /// Where brackets, colons, commas, strings, numbers and words begin; then the length of the text.
    private(set) var positions: [UInt32] = []

    /// Fills `positions`; returns the first fault, in which case `positions` means nothing.
    ///
    /// Unlike in a grammar, a backslash also counts outside of strings: it hides the quote behind it. Such a text is no
    /// JSON; what matters is that it is split the same way everywhere.
    mutating func index(_ text: UnsafePointer<UInt8>, count: Int) -> DecodeFault? {
        positions.removeAll(keepingCapacity: true)
        var at = 0
        var stringStart: Int? = nil
        var isEscaped = false
        var followsScalar = false
        while at < count {
            let byte = unsafe text[at]
            if byte >= 0x80 {
                let length = unsafe sequenceLength(text + at, available: count - at)
                if length == 0 { return .notJSON(reason: .notUTF8, at: at) }
                if stringStart == nil, !followsScalar { positions.append(UInt32(truncatingIfNeeded: at)) }
                followsScalar = true
                isEscaped = false
                at += length
                continue
            }
            if byte < 0x20, stringStart != nil { return .notJSON(reason: .controlCharacter, at: at) }
            if byte == UInt8(ascii: "\""), !isEscaped {
                if stringStart == nil {
                    if !followsScalar { positions.append(UInt32(truncatingIfNeeded: at)) }
                    stringStart = at
                } else {
                    stringStart = nil
                }
                followsScalar = false
            } else if stringStart == nil {
                let isOperator = isOperator(byte)
                let isScalar = !isOperator && !isBlank(byte)
                if isOperator || isScalar && !followsScalar { positions.append(UInt32(truncatingIfNeeded: at)) }
                followsScalar = isScalar
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            at += 1
        }
        if let stringStart { return .notJSON(reason: .unclosedString, at: stringStart) }
        if positions.isEmpty { return .notJSON(reason: .empty, at: 0) }
        positions.append(UInt32(truncatingIfNeeded: count))
        return nil
    }

    private func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// How many bytes the UTF-8 sequence has that begins there; 0 if it is not one.
    /// Source: Unicode 15, table 3-7, "Well-Formed UTF-8 Byte Sequences".
    private func sequenceLength(_ bytes: UnsafePointer<UInt8>, available: Int) -> Int {
        let first = unsafe bytes[0]
        let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, length <= available else { return 0 }
        let second = unsafe bytes[1]
        let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= lowest, second <= highest else { return 0 }
        for index in 2..<max(length, 2) where unsafe bytes[index] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

/// RFC 8259, "ws".
@inline(__always)
func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}
