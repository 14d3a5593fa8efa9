/// Which brackets are open, one bit each: 1,024 levels at most.
///
/// A small value, so that it can live in registers; levels beyond the innermost 64 are in memory that it borrows.
@safe
struct Nesting {
    static let limit = 1024
    /// How many words `init` needs.
    static let wordCount = limit / 64

    /// How many brackets are open.
    private(set) var depth = 0
    /// The innermost 1 to 64 of them, the last in the lowest bit: 1 is a brace.
    private var top: UInt64 = 0
    private let outer: UnsafeMutablePointer<UInt64>

    init(_ words: UnsafeMutablePointer<UInt64>) { unsafe outer = words }

    /// Opens one; false at the limit.
    @inline(__always)
    mutating func open(isObject: Bool) -> Bool {
        if depth & 63 == 0, depth > 0 {
            if depth == Self.limit { return false }
            unsafe outer[depth &>> 6 &- 1] = top
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
        if depth & 63 == 0, depth > 0 { unsafe top = outer[depth &>> 6 &- 1] }
    }
}
