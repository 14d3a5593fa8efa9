/// Which brackets are open, one bit each: 1,024 levels at most.
struct Nesting {
    static let limit = 1024

    /// How many brackets are open.
    private(set) var depth = 0
    /// The innermost 1 to 64 of them, the last in the lowest bit: 1 is a brace.
    private var top: UInt64 = 0
    private var outer = InlineArray<16, UInt64>(repeating: 0)

    /// Opens one; false at the limit.
    @inline(__always)
    mutating func open(isObject: Bool) -> Bool {
        if depth & 63 == 0, depth > 0 {
            if depth == Self.limit { return false }
            outer[depth &>> 6 &- 1] = top
        }
        top = top &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
        return true
    }

    /// Whether the innermost open one is a brace; there must be one.
    @inline(__always)
    var isInObject: Bool { top & 1 == 1 }

    /// Closes the innermost one; there must be one.
    @inline(__always)
    mutating func close() {
        depth &-= 1
        top &>>= 1
        if depth & 63 == 0, depth > 0 { top = outer[depth &>> 6 &- 1] }
    }
}
