package import Projections

extension PlanProjector {
    /// Which rules take an event; nothing is folded. An event whose value cannot be decoded has none.
    package func explain(_ event: borrowing Event) -> EventExplanation { engine.explain(event) }
}

extension PlanProjector.Engine {
    mutating func explain(_ event: borrowing Event) -> EventExplanation {
        guard let value = event.value else { return fold.explain(event, decoded: nothing) }
        if decoder.decode(value, into: &decoded) != nil { return EventExplanation() }
        return fold.explain(event, decoded: decoded)
    }
}
