extension ByteCursor {
    /// A string or bytes: its length, then so many bytes.
    @inline(__always)
    mutating func avroBytes() throws(BinaryFault) -> Range<Int> {
        let start = at
        let length = try zigzag()
        if length < 0 { throw BinaryFault(.length, at: start) }
        return try take(UInt64(length))
    }
}
