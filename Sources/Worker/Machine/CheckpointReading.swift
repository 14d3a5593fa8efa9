public import Records

/// What the shell read for partitions that are to be folded from their checkpoints.
public struct CheckpointReading: Sendable {
    public struct Found: Sendable {
        public var slot: Int
        /// nil: there is no such key.
        public var checkpoint: [UInt8]?
        /// The generation's damage record of this partition, if any.
        public var damage: DamageRecord?
        public var parked: [(offset: Int64, key: [UInt8]?)] = []
        /// The keys that are parked in the partitions before the growth that added this one.
        var older = OlderKeys()
        public var ledger: [Int64: LedgerEntry] = [:]
        /// The log's first offset and its end.
        public var low: Int64
        public var high: Int64
        /// Compacted topics: for how many milliseconds the broker keeps tombstones; nil if it does not report it.
        public var tombstoneRetention: Int64?

        public init(slot: Int, checkpoint: [UInt8]?, low: Int64, high: Int64) {
            self.slot = slot
            self.checkpoint = checkpoint
            self.low = low
            self.high = high
        }
    }

    public var generation: [UInt8]?
    public var partitions: [Found] = []
    /// Redis's clock when this was read, in milliseconds since 1970; nil if no topic is compacted.
    public var time: Int64?
    /// The machine's clock before that was asked for.
    public var askedAt: Int64 = 0

    public init(generation: [UInt8]?) { self.generation = generation }
}
