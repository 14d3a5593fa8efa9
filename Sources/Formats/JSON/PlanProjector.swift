public import Projections

/// A plan from YAML, ready to run: decodes each event in one pass and folds what was found.
public final class PlanProjector: Projector {
    public let plan: ProjectionPlan
    var engine: Engine

    /// In one piece, so that the class is entered once for each event.
    struct Engine: ~Copyable {
        var decoder: EventDecoder
        var fold: Fold
        var decoded: DecodedValue
        let nothing: DecodedValue
        let limits: EventLimits

        mutating func project(
            _ event: borrowing Event, into changes: inout Changeset, _ plan: borrowing ProjectionPlan
        ) -> ProjectionOutcome {
            guard let value = event.value else { return fold.fold(event, decoded: nothing, into: &changes) }
            if let bad = limits.fault(ofValue: value.count) { return .bad(bad) }
            if let fault = decoder.decode(value, into: &decoded) { return .bad(PlanProjector.bad(fault, copy plan)) }
            return fold.fold(event, decoded: decoded, into: &changes)
        }
    }

    public var unknownTypes: TypeCounts { engine.fold.unknownTypes }

    /// `naming`: plain names for a live generation, shadow names for one that is being built.
    public init(plan: ProjectionPlan, naming: RowNaming = .plain, limits: EventLimits = EventLimits()) {
        self.plan = plan
        engine = Engine(
            decoder: EventDecoder(plan),
            fold: Fold(plan: plan, naming: naming, limits: limits), decoded: DecodedValue(pathCount: plan.paths.count),
            nothing: DecodedValue(pathCount: plan.paths.count), limits: limits)
    }

    public func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        engine.project(event, into: &changes, plan)
    }

    private static func bad(_ fault: DecodeFault, _ plan: ProjectionPlan) -> BadEvent {
        switch fault {
        case .notJSON(let reason, let at):
            BadEvent(view: nil, reason: "the value is not JSON: \(reason.rawValue) (at byte \(at))", isNotJSON: true)
        case .repeatedName(let path, let at):
            BadEvent(
                view: nil,
                reason:
                    "a name on the way to \(path.map { plan.paths[$0].description } ?? "$") occurs twice (at byte \(at))"
            )
        }
    }
}
