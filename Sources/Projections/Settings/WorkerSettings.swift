/// How this process works.
public struct WorkerSettings: Sendable, Equatable {
    /// Partitions read without a consumer group, the same of every topic.
    public enum Partitions: Sendable, Equatable {
        case all
        /// Ascending, each once, never empty.
        case only([Int32])
    }

    /// What a worker does by itself when the live views have another definition than its file.
    public enum OnChange: String, Sendable, CaseIterable {
        /// Nothing: it idles and says which command helps.
        case wait
        /// It builds the file's definition in a spare database.
        case rebuild
        /// It also promotes the build, once that has caught up and all guards hold.
        case promote
    }

    /// Lanes for each projection.
    public var lanes = 1
    /// Static membership: lane n is ID-n.
    public var instanceID: String?
    /// nil: the consumer group assigns.
    public var partitions: Partitions?
    /// Replaces `lantern-PROJECTION` in the group's name.
    public var group: String?

    public var onChange = OnChange.wait
    /// How long a worker keeps what was live before a promotion.
    public var keepPreviousMilliseconds = 86_400_000

    public init() {}
}
