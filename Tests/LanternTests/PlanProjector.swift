import Decoding
import Projections

/// The YAML form of a projection behind the same protocol.
final class PlanProjector: Projector {
    let plan: ProjectionPlan
    private var fold: Fold
    private var decoder: EventDecoder
    private var decoded: DecodedValue

    init(_ plan: ProjectionPlan) {
        self.plan = plan
        fold = Fold(plan: plan, naming: .plain)
        decoder = EventDecoder(paths: plan.paths, wantsMembers: false)
        decoded = DecodedValue(pathCount: plan.paths.count)
    }

    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        if let value = event.value {
            if decoder.decode(value, into: &decoded) != nil { return .bad(BadEvent(view: nil, reason: "not JSON")) }
        } else {
            for index in decoded.slots.indices { decoded.slots[index] = Slot() }
        }
        return fold.fold(event, decoded: decoded, into: &changes)
    }
}
