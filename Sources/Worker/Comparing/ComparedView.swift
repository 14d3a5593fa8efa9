public import Projections

/// A view whose rows two databases are to have alike.
public struct ComparedView: Sendable {
    /// `PROJECTION.VIEW`
    public let name: String
    let kind: ViewKind
    let pattern: KeyPattern
    /// Whether only what is live has it: the new definition does not.
    public let isRemoved: Bool

    public init(_ projection: String, _ view: ViewPlan, isRemoved: Bool = false) {
        name = "\(projection).\(view.name)"
        kind = view.kind
        pattern = KeyPattern(view)
        self.isRemoved = isRemoved
    }

    /// The views of the new definitions, and behind them those that only the former ones have.
    ///
    /// A view that was renamed and has the same keys is compared under its new name.
    public static func all(_ plans: [ProjectionPlan], former: [ProjectionPlan]) -> [ComparedView] {
        var views = plans.flatMap { plan in plan.views.map { ComparedView(plan.name, $0) } }
        for plan in former {
            for view in plan.views.map({ ComparedView(plan.name, $0, isRemoved: true) })
            where !views.contains(where: { $0.name == view.name || $0.pattern == view.pattern }) {
                views.append(view)
            }
        }
        return views
    }

    func owns(_ key: [UInt8]) -> Bool {
        key.starts(with: pattern.literalPrefix) && pattern.parse(key.span) != nil
    }
}
