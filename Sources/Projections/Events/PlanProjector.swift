import Bytes

/// A plan on events of one format: decodes each value in one pass and folds what was found.
///
/// All of it is inlinable: the format's module makes it a ``Projector`` with code of its own for its decoder.
@frozen
public struct PlanProjector<Decoder: ValueDecoder & ~Copyable>: ~Copyable {
    public let plan: ProjectionPlan
    @usableFromInline var decoder: Decoder
    @usableFromInline var fold: Fold
    @usableFromInline package var decoded: DecodedValue
    @usableFromInline let nothing: DecodedValue
    @usableFromInline let limits: Limits

    /// `naming`: plain names for a live generation, shadow names for one that is being built. Only rows of `sample` are kept.
    @inlinable
    public init(plan: ProjectionPlan, naming: RowNaming, limits: Limits, sample: RowSample = .all) {
        self.plan = plan
        decoder = Decoder(plan)
        fold = Fold(plan: plan, naming: naming, limits: limits, sample: sample)
        decoded = DecodedValue(pathCount: plan.paths.count)
        nothing = DecodedValue(pathCount: plan.paths.count)
        self.limits = limits
    }

    @inlinable public var unknownTypes: TypeCounts { fold.unknownTypes }

    @inlinable @inline(__always)
    public mutating func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        guard let value = event.value else { return fold.fold(event, decoded: nothing, into: &changes) }
        if let bad = limits.fault(ofValue: value.count) { return .bad(bad) }
        if let fault = decoder.decode(value, into: &decoded) { return .bad(fault.badEvent(plan)) }
        return fold.fold(event, decoded: decoded, into: &changes)
    }

    /// Decodes a value and nothing else, for measuring; returns whether it could.
    @inlinable
    public mutating func decode(_ value: Span<UInt8>) -> Bool { decoder.decode(value, into: &decoded) == nil }

    /// When an event happened, in milliseconds since 1970; nil if that cannot be read.
    package mutating func time(of event: borrowing Event) -> Int64? {
        switch fold.timePlace(of: event) {
        case .record: return fold.time(of: event, nothing)
        case .value:
            guard let value = event.value, decoder.decode(value, into: &decoded) == nil else { return nil }
            return fold.time(of: event, decoded)
        case .large: return nil
        }
    }

    /// Which rules take an event; nothing is folded. An event whose value cannot be decoded has none.
    package mutating func explain(_ event: borrowing Event) -> EventExplanation {
        guard let value = event.value else { return fold.explain(event, decoded: nothing) }
        if decoder.decode(value, into: &decoded) != nil { return EventExplanation() }
        return fold.explain(event, decoded: decoded)
    }
}
