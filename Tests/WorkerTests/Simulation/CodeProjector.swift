import Formats
import Projections

/// A projection in code: its plan says nothing of what it does, which is the YAML form's rules or none of them.
final class CodeProjector: Projector {
    let plan: ProjectionPlan
    private let projector: JSONProjector
    private let doesNothing: Bool

    init(_ plan: ProjectionPlan, doesNothing: Bool = false) {
        self.plan = plan
        projector = JSONProjector(plan: plan)
        self.doesNothing = doesNothing
    }

    var isCode: Bool { true }

    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        doesNothing ? .projected : projector.project(event, into: &changes)
    }
}
