public import Projections

extension JSONValueDecoder: ValueDecoder {
    /// What `plan` needs of an event.
    public init(_ plan: ProjectionPlan) {
        let changes = plan.views.map { view in (view.kind, view.rules.flatMap { $0.rules.flatMap(\.changes) }) }
        let copiesFields = changes.contains { $0.0 == .hash && $0.1.contains(.setAll) }
        let copiesDocument = changes.contains { $0.0 == .document && $0.1.contains(.setAll) }
        // The names at the top of a document that is copied must be told apart as well.
        self.init(paths: plan.paths, wantsMembers: copiesFields || copiesDocument, validatesWhole: copiesDocument)
    }
}
