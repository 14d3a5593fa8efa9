/// Reads topics, as a member of a group or with partitions of its own choice.
///
/// One thread at a time uses it. Nothing blocks but `close` and the calls that change the assignment, which ask
/// librdkafka's own thread.
@safe
public struct Consumer: ~Copyable, @unchecked Sendable {
    private var core: ConsumerCore<LibrdkafkaConsumer>

    /// A consumer of `topics` (places in this list name them from here on); joins the group when it subscribes.
    ///
    /// Throws `configuration` naming the wrong property, `unsupported` for what this librdkafka cannot do.
    public init(
        properties: [(String, String)], topics: [String], groupID: String, instanceID: String? = nil, clientID: String
    ) throws(KafkaError) {
        core = ConsumerCore(
            try LibrdkafkaConsumer(
                properties: properties, topics: topics, groupID: groupID, instanceID: instanceID, clientID: clientID))
    }

    /// The topics that it was made with.
    public var topics: [String] { core.library.topics }

    /// Readable for `poll(2)` after something came while nothing waited. It is not told of what comes while something
    /// waits, so sleep on it only after `poll` returned `none`, and call `clearWake` before polling again.
    public var wakeDescriptor: Int32 { core.library.wakeDescriptor }

    /// Makes the wake descriptor unreadable until something new comes; call it before `poll`, never after.
    public func clearWake() { core.library.clearWake() }

    /// The next thing that happened; never waits.
    public mutating func poll() -> ConsumerEvent<Message> { core.poll() }

    /// librdkafka's own log lines since the last call, at most 200.
    public func takeLogLines() -> [KafkaLogLine] { core.library.takeLogLines() }

    /// librdkafka's statistics if new ones came since the last call, as JSON for ``ConsumerStatistics``.
    public func takeStatistics() -> [UInt8]? { core.library.takeStatistics() }

    /// Joins the group for all its topics; partitions come as `rebalance`.
    public func subscribe() throws(KafkaError) { try core.subscribe() }

    /// Whether it reads the partition, paused or not.
    public func isReading(_ partition: TopicPartition) -> Bool { core.isReading(partition) }

    /// Whether the partition is paused.
    public func isPaused(_ partition: TopicPartition) -> Bool { core.isPaused(partition) }

    /// Reads exactly these partitions from these offsets; what was read ahead is dropped, nothing is paused. The answer to
    /// an eager rebalance: none are the answer to `revoked` and `lost`.
    ///
    /// Throws `invalidOffset` for a negative one: librdkafka would take it for "the committed one" or "the end".
    public mutating func assign(_ positions: [Position]) throws(KafkaError) { try core.assign(positions) }

    /// Reads these too; the answer to a cooperative `assigned`.
    public mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        try core.incrementalAssign(positions)
    }

    /// Stops reading these; the answer to a cooperative `revoked` or `lost`. Those that it does not read are left out.
    public mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try core.incrementalUnassign(partitions)
    }

    /// Continues at these offsets, whether it reads the partitions already or not, and resumes them; all others
    /// continue where they are. What was read ahead of these partitions is dropped.
    ///
    /// If it throws, `isReading` says which partitions are still read.
    public mutating func place(_ positions: [Position]) throws(KafkaError) { try core.place(positions) }

    /// Reads nothing of these until they are placed or assigned; what was read ahead of them is dropped.
    public mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError) { try core.pause(partitions) }

    /// Tells Kafka's lag tools the next offsets to read, without waiting; Lantern itself never reads them.
    ///
    /// A failure comes as `error` from a later `poll`. Not while a rebalance is under way: librdkafka 2.0.2 can lose the
    /// whole assignment by it.
    public func commit(_ positions: [Position]) {
        do throws(KafkaError) { try core.commit(positions) } catch { core.library.report(error) }
    }

    /// Leaves the group and frees everything; returns false if that took longer than the deadline and was left to a
    /// thread of its own. All messages must be gone. Afterwards `poll` returns `none`.
    public mutating func close(deadlineMilliseconds: Int) -> Bool {
        core.close(deadlineMilliseconds: deadlineMilliseconds)
    }
}
