/// What is before each field of a message: its number, and how its value is written.
struct ProtobufTag {
    enum Wire: UInt8, BitwiseCopyable {
        case varint = 0
        case eight, bytes, groupStart, groupEnd, four
    }

    let number: Int
    let wire: Wire

    @inline(__always)
    init(_ cursor: inout ByteCursor) throws(BinaryFault) {
        let at = cursor.at
        let tag = try cursor.varint()
        guard tag <= UInt64(UInt32.max), tag >= 8, let wire = Wire(rawValue: UInt8(truncatingIfNeeded: tag & 7)) else {
            throw BinaryFault(.tag, at: at)
        }
        number = Int(tag &>> 3)
        self.wire = wire
    }

    /// Skips the value behind the tag.
    @inline(__always)
    func skip(_ cursor: inout ByteCursor) throws(BinaryFault) {
        switch wire {
        case .varint: _ = try cursor.varint()
        case .eight: try cursor.skip(8)
        case .four: try cursor.skip(4)
        case .bytes: _ = try cursor.protobufBytes()
        case .groupStart: try skipGroup(&cursor, depth: 1)
        case .groupEnd: throw BinaryFault(.group, at: cursor.at)
        }
    }

    private func skipGroup(_ cursor: inout ByteCursor, depth: Int) throws(BinaryFault) {
        try Depth.check(depth, at: cursor.at)
        while true {
            if cursor.isAtEnd { throw BinaryFault(.group, at: cursor.at) }
            let tag = try ProtobufTag(&cursor)
            switch tag.wire {
            case .groupEnd:
                if tag.number != number { throw BinaryFault(.group, at: cursor.at) }
                return
            case .groupStart: try tag.skipGroup(&cursor, depth: depth + 1)
            default: try tag.skip(&cursor)
            }
        }
    }
}

extension ByteCursor {
    /// A string, bytes or message: its length, then so many bytes.
    @inline(__always)
    mutating func protobufBytes() throws(BinaryFault) -> Range<Int> { try take(try varint()) }
}
