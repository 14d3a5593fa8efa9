/// How this process works.
public struct WorkerSettings: Sendable, Equatable {
    /// Partitions read without a consumer group, the same of every topic.
    public enum Partitions: Sendable, Equatable {
        case all
        /// Ascending, each once, never empty.
        case only([Int32])
    }

    /// Lanes for each projection.
    public var lanes = 1
    /// Static membership: lane n is ID-n.
    public var instanceID: String?
    /// nil: the consumer group assigns.
    public var partitions: Partitions?
    /// Replaces `lantern-PROJECTION` in the group's name.
    public var group: String?

    public init() {}
}
