/// A partition that a lane of this process has.
public struct PartitionFigures: Sendable, Equatable {
    public var topic: String
    public var partition: Int32
    /// The checkpoint as Redis acknowledged it; nil before it is known.
    public var next: Int64?
    /// Of a build: up to where it may read.
    public var ceiling: Int64?
    /// When the checkpoint last moved, by this machine's clock in milliseconds since 1970.
    public var advancedAt: Int64?
    /// Why it is halted, by the code that Troubleshooting.md has.
    public var haltCode: String?
    public var parkedEvents: Int64 = 0
    public var parkedKeys: Int64 = 0

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `TOPIC-PARTITION`
    public var name: String { "\(topic)-\(partition)" }
}
