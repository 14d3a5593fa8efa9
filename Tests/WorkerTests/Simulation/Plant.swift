/// A mistake that is made on purpose: the simulation must see it.
enum Plant: CaseIterable {
    /// A callback yields, so that librdkafka loses the element behind it.
    case yieldingCallback
    /// Kafka's library refuses to place a partition, and nobody minds.
    case ignoredPlacement
    /// Whether it is still the same log is looked at when a partition is assigned, and never again.
    case noInspection
    /// What was read ahead of a partition is handed on after it was placed elsewhere.
    case keptReadAhead
    /// Offsets are committed in the middle of a rebalance.
    case commitInRebalance
}
