import Bytes
import Projections

/// Which message key owns the rows of a view, if one does: its parked events hold the row back.
struct RowOwner: Sendable {
    private let pattern: KeyPattern
    /// Where the message key is among the values of a row's key.
    private let index: Int

    /// nil if events of any message key may feed a row.
    init?(_ view: ViewPlan, in plan: ProjectionPlan) {
        let sources = view.key.parts.compactMap { part -> ValueSource? in
            if case .placeholder(let source) = part { source } else { nil }
        }
        let found = sources.firstIndex { source in
            switch source {
            case .key: true
            case .path(let path, _): view.topics.allSatisfy { plan.topics[$0].keyPath == path }
            default: false
            }
        }
        guard let found else { return nil }
        index = found
        pattern = KeyPattern(view)
    }

    /// The message key of a row.
    func messageKey(of row: [UInt8]) -> [UInt8]? {
        pattern.parse(row.span).flatMap { $0.indices.contains(index) ? $0[index] : nil }
    }
}
