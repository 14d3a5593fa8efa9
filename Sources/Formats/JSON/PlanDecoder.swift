public import Projections

/// A plan's decoding alone, as `PlanProjector` does it before it folds; for measuring.
public final class PlanDecoder {
    private var engine: Engine

    private struct Engine: ~Copyable {
        var decoder: EventDecoder
        var decoded: DecodedValue

        mutating func decode(_ value: Span<UInt8>) -> Bool { decoder.decode(value, into: &decoded) == nil }
    }

    public init(plan: ProjectionPlan) {
        engine = Engine(decoder: EventDecoder(plan), decoded: DecodedValue(pathCount: plan.paths.count))
    }

    /// Decodes one value; returns whether it could.
    @discardableResult
    public func decode(_ value: Span<UInt8>) -> Bool { engine.decode(value) }
}

extension EventDecoder {
    /// What `plan` needs of an event.
    init(_ plan: ProjectionPlan) {
        let changes = plan.views.map { view in (view.kind, view.rules.flatMap { $0.rules.flatMap(\.changes) }) }
        let copiesFields = changes.contains { $0.0 == .hash && $0.1.contains(.setAll) }
        let copiesDocument = changes.contains { $0.0 == .document && $0.1.contains(.setAll) }
        // The names at the top of a document that is copied must be told apart as well.
        self.init(paths: plan.paths, wantsMembers: copiesFields || copiesDocument, validatesWhole: copiesDocument)
    }
}
