/// How fresh an answer must be, and for how long its reader waits for that.
public struct FreshnessCondition: Sendable, Equatable {
    /// The events of these offsets must be in the rows: what a producer gets from Kafka's acknowledgement.
    public var after = OffsetList()
    /// The checkpoints must have come as far: what an earlier answer said of itself.
    public var seen: [Seen] = []
    /// Projections whose live generation must have this number at least: with `seen`, what an earlier answer said.
    public var generations: [Generation] = []
    /// How long ago the rows may have been without something that was in the log; 0: everything that was in the log when the
    /// request came.
    public var maxStaleNanoseconds: Int64?
    /// What the row itself must have.
    public var field: FieldCondition?
    /// How long the reader waits; 0: one look.
    public var waitNanoseconds: Int64 = 0
    /// Whether rows that are not as fresh are an answer too, said to be stale.
    public var allowsStale = false

    public struct Seen: Sendable, Equatable {
        /// Whose checkpoints; nil: those of all projections that read the topic.
        public var projection: String?
        public var offsets: OffsetList

        public init(projection: String?, offsets: OffsetList) {
            self.projection = projection
            self.offsets = offsets
        }
    }

    public struct Generation: Sendable, Equatable {
        public var projection: String
        public var number: Int

        public init(projection: String, number: Int) {
            self.projection = projection
            self.number = number
        }
    }

    public init() {}

    /// Whether any rows are an answer.
    public var isEmpty: Bool {
        after.places.isEmpty && seen.isEmpty && generations.isEmpty && maxStaleNanoseconds == nil
            && field == nil
    }
}
