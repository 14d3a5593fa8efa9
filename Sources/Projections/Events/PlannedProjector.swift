/// A plan on the events of its topics, whatever their format: what the worker runs, and what can be asked about it.
package protocol PlannedProjector: Projector {
    /// Decodes an event and nothing else, for measuring; returns whether it could.
    @discardableResult
    func decode(_ event: borrowing Event) -> Bool

    /// Which rules take an event; nothing is folded. An event whose value cannot be decoded has none.
    func explain(_ event: borrowing Event) -> EventExplanation

    /// The record key that an event ought to have, by what its topic declares and its value says; nil if it says nothing.
    func declaredKey(_ event: borrowing Event) -> [UInt8]?
}
