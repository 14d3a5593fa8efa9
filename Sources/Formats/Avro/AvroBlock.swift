/// A block of an array or map: how many values follow, and sometimes how many bytes they have.
struct AvroBlock {
    private var left: UInt64
    let byteCount: Int?

    @inline(__always) var isEnd: Bool { left == 0 }

    @inline(__always)
    init(_ cursor: inout ByteCursor) throws(BinaryFault) {
        let count = try cursor.zigzag()
        left = count.magnitude
        guard count < 0 else {
            byteCount = nil
            return
        }
        let at = cursor.at
        let bytes = try cursor.zigzag()
        if bytes < 0 || bytes > Int64(cursor.remaining) { throw BinaryFault(.length, at: at) }
        byteCount = Int(bytes)
    }

    /// Whether another value follows; it is counted.
    @inline(__always)
    mutating func takeOne() -> Bool {
        if left == 0 { return false }
        left &-= 1
        return true
    }

    /// Skips all values, of `size` bytes each.
    func skip(_ size: Int, _ cursor: inout ByteCursor) throws(BinaryFault) {
        let (bytes, overflow) = left.multipliedReportingOverflow(by: UInt64(size))
        if overflow || bytes > UInt64(cursor.remaining) { throw BinaryFault(.truncated, at: cursor.at) }
        try cursor.skip(Int(bytes))
    }
}
