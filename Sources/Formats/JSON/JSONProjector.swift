public import Projections

/// A plan whose events are their own data, in JSON, ready to run.
public final class JSONProjector: PlannedProjector {
    private var projector: PlanProjector<JSONValueDecoder>

    /// `naming`: plain names for a live generation, shadow names for one that is being built. Only rows of `sample` are kept.
    public init(
        plan: ProjectionPlan, naming: RowNaming = .plain, limits: Limits = Limits(), sample: RowSample = .all
    ) {
        projector = PlanProjector(plan: plan, naming: naming, limits: limits, sample: sample)
    }

    public var plan: ProjectionPlan { projector.plan }
    public var unknownTypes: TypeCounts { projector.unknownTypes }

    public func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        projector.project(event, into: &changes)
    }

    public func time(of event: borrowing Event) -> Int64? { projector.time(of: event) }

    @discardableResult
    package func decode(_ event: borrowing Event) -> Bool {
        guard let value = event.value else { return true }
        return projector.decode(value)
    }

    package func declaredKey(_ event: borrowing Event) -> [UInt8]? {
        guard let value = event.value, projector.decode(value) else { return nil }
        return DeclaredKey.text(of: event, projector.decoded, plan)
    }

    /// Which rules take an event; nothing is folded. An event whose value cannot be decoded has none.
    package func explain(_ event: borrowing Event) -> EventExplanation { projector.explain(event) }
}
