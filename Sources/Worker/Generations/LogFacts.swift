/// What Kafka says of a projection's topics when a worker starts.
public struct LogFacts: Sendable {
    public struct Topic: Sendable {
        public var name: String
        /// First offset and end of each partition.
        public var partitions: [(low: Int64, high: Int64)]
        /// From the broker's `cleanup.policy`; nil if it does not report it.
        public var isCompacted: Bool?
        /// `delete.retention.ms` of a compacted topic.
        public var tombstoneRetention: Int64?

        public init(name: String, partitions: [(low: Int64, high: Int64)], isCompacted: Bool?) {
            self.name = name
            self.partitions = partitions
            self.isCompacted = isCompacted
        }
    }

    /// nil if the broker does not report it.
    public var clusterID: String?
    /// The id that the broker gave to each topic when it was made; only those that could be learnt.
    public var topicIDs: [String: String] = [:]
    /// In the order of the plan's topics.
    public var topics: [Topic]

    public init(clusterID: String?, topics: [Topic]) {
        self.clusterID = clusterID
        self.topics = topics
    }
}
