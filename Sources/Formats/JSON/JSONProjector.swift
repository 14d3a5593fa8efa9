public import Projections

/// A plan on events in JSON, ready to run.
public final class JSONProjector: Projector {
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

    /// Decodes a value and nothing else, for measuring; returns whether it could.
    @discardableResult
    public func decode(_ value: Span<UInt8>) -> Bool { projector.decode(value) }

    /// Which rules take an event; nothing is folded. An event whose value cannot be decoded has none.
    package func explain(_ event: borrowing Event) -> EventExplanation { projector.explain(event) }
}
