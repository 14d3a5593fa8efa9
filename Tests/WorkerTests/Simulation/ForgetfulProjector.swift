import Formats
import Projections

/// A projection whose events wait for their schemas whenever `isHere` says so.
final class ForgetfulProjector: Projector {
    let plan: ProjectionPlan
    let isCode: Bool
    private let projector: JSONProjector
    private let isHere: () -> Bool

    init(_ plan: ProjectionPlan, isCode: Bool = false, isHere: @escaping () -> Bool) {
        self.plan = plan
        self.isCode = isCode
        self.isHere = isHere
        projector = JSONProjector(plan: plan)
    }

    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        isHere() ? projector.project(event, into: &changes) : .awaitsSchema("the registry is away")
    }
}
