/// How many rows of each view are alike, and how many are not.
public struct ComparisonTally: Sendable {
    public struct Counts: Sendable, Equatable, Encodable {
        public var same = 0
        public var changed = 0
        /// Live has it, the build has not.
        public var missing = 0
        /// The build alone has it.
        public var extra = 0
    }

    /// By view, in the views' order.
    public internal(set) var counts: [Counts]
    /// Rows that kept moving, so that nothing is said of them.
    public internal(set) var unsettled = 0
    /// Rows of live that were made what the build has.
    public internal(set) var healed = 0
    /// How far live was at the end.
    public internal(set) var vector: [(projection: String, partition: String, next: Int64)] = []
    /// SCAN may return a key twice.
    private var reported: Set<[UInt8]> = []

    init(_ views: [ComparedView]) { counts = views.map { _ in Counts() } }

    public var differences: Int { counts.reduce(0) { $0 + $1.changed + $1.missing + $1.extra } }

    mutating func add(_ verdict: RowComparison, view: Int, name: String, _ key: [UInt8]) -> RowDifference? {
        let kind: RowDifference.Kind
        let fields: [FieldDifference]
        switch verdict {
        case .absent: return nil
        case .same:
            counts[view].same += 1
            return nil
        case .changed(let differences): (kind, fields) = (.changed, differences)
        case .missing(let differences): (kind, fields) = (.missing, differences)
        case .extra(let differences): (kind, fields) = (.extra, differences)
        }
        guard reported.insert(key).inserted else { return nil }
        switch kind {
        case .changed: counts[view].changed += 1
        case .missing: counts[view].missing += 1
        case .extra: counts[view].extra += 1
        }
        return RowDifference(view: name, key: key, kind: kind, fields: fields)
    }
}
