import Projections

extension FoundValue {
    /// What was written to the event's converted text.
    @inline(__always)
    init(_ kind: Kind, converted range: Range<Int>) { self.init(kind, .converted, range) }

    @inline(__always)
    init(_ kind: Kind, _ place: Place, _ range: Range<Int>) {
        self.init(
            kind, at: place, start: UInt32(truncatingIfNeeded: range.lowerBound),
            count: UInt32(truncatingIfNeeded: range.count))
    }
}
