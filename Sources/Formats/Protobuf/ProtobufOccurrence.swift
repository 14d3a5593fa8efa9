/// Where one occurrence of a field is in the value. Those of one field are chained, since they need not be neighbours.
struct ProtobufOccurrence: BitwiseCopyable {
    var start: UInt32
    var end: UInt32
    /// −1: the last one.
    var next: Int32 = -1
    var wire: ProtobufTag.Wire

    @inline(__always)
    init(_ range: Range<Int>, _ wire: ProtobufTag.Wire) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
        self.wire = wire
    }

    @inline(__always) var range: Range<Int> { Int(start)..<Int(end) }
}

/// The first and the last of a chain of occurrences.
struct ProtobufChain: BitwiseCopyable {
    var first: Int32 = -1
    var last: Int32 = -1

    @inline(__always) var isEmpty: Bool { first < 0 }
}
