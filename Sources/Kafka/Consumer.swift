internal import CRdkafka

/// Reads topics, as a member of a group or with partitions of its own choice.
///
/// One thread at a time uses it. Nothing blocks but `close` and the calls that change the assignment, which ask
/// librdkafka's own thread.
@safe
public struct Consumer: ~Copyable, @unchecked Sendable {
    let client: OpaquePointer
    private let queue: OpaquePointer
    let mailbox: Mailbox
    private let wake: WakeDescriptor
    private var fetchWaker: FetchWaker
    var handles: TopicHandles
    /// The partitions that are paused: resuming another one would rewind it (librdkafka 2.0.2).
    var paused: Set<TopicPartition> = []
    var standing: Standing
    var readAhead = ReadAhead()
    var isClosed = false

    /// A consumer of `topics` (places in this list name them from here on); joins the group when it subscribes.
    ///
    /// Throws `configuration` naming the wrong property, `unsupported` for what this librdkafka cannot do.
    public init(
        properties: [(String, String)], topics: [String], groupID: String, instanceID: String? = nil, clientID: String
    ) throws(KafkaError) {
        let mailbox = Mailbox()
        mailbox.topics = topics
        let wake = try WakeDescriptor()
        var made = try Properties.consumer(
            properties, groupID: groupID, instanceID: instanceID, clientID: clientID)
        mailbox.attachToConsumer(made)
        let client = unsafe try made.makeClient(RD_KAFKA_CONSUMER)
        var handles = TopicHandles()
        for topic in topics {
            if !topic.hasPrefix("^"), unsafe handles.add(topic, client: client) != nil { continue }
            handles.release()
            unsafe rd_kafka_destroy(client)
            throw KafkaError(.configuration, message: "\"\(topic)\" is not a topic's name")
        }
        unsafe rd_kafka_poll_set_consumer(client)
        unsafe queue = rd_kafka_queue_get_consumer(client)
        // librdkafka copies the eight bytes that it writes; an eventfd adds them up.
        var one: UInt64 = 1
        unsafe rd_kafka_queue_io_event_enable(queue, wake.descriptor, &one, 8)
        unsafe self.client = unsafe client
        self.mailbox = mailbox
        self.wake = wake
        fetchWaker = FetchWaker(properties)
        standing = Standing(topics: topics.count)
        self.handles = handles
    }

    deinit {
        if !isClosed { _ = end(leaving: false, deadlineMilliseconds: 5_000) }
    }

    /// The topics that it was made with.
    public var topics: [String] { handles.names }

    /// Readable for `poll(2)` after something came while nothing waited. It is not told of what comes while something
    /// waits, so sleep on it only after `poll` answered `none`, and call `clearWake` before polling again.
    public var wakeDescriptor: Int32 { wake.descriptor }

    /// Makes the wake descriptor unreadable until something new comes; call it before `poll`, never after.
    public func clearWake() { wake.drain() }

    /// The next thing that happened; never waits.
    public mutating func poll() -> Incoming {
        guard let message = unsafe readAhead.take() else { return pollQueue() }
        return unsafe incoming(message)
    }

    /// What waits in librdkafka's queue is taken: records into `readAhead`, what callbacks say into the mailbox.
    @inline(never)
    private mutating func pollQueue() -> Incoming {
        // Once closed, the mailbox belongs to the closing thread.
        guard !isClosed else { return .none }
        if !mailbox.isEmpty { return nextEntry() }
        unsafe readAhead.fill(from: queue)
        if let message = unsafe readAhead.take() { return unsafe incoming(message) }
        unsafe fetchWaker.drained(client)
        return mailbox.isEmpty ? .none : nextEntry()
    }

    @inline(__always)
    private mutating func incoming(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Incoming {
        let topic = unsafe handles.place(of: message.pointee.rkt)
        guard unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            defer { unsafe rd_kafka_message_destroy(message) }
            return unsafe incoming(fault: message, topic: topic)
        }
        unsafe fetchWaker.took(message.pointee.len, client)
        unsafe standing.passed(topic: topic, partition: message.pointee.partition, offset: message.pointee.offset)
        return unsafe .message(Message(message, topic: topic))
    }

    /// Drops what was read ahead of some partitions.
    mutating func dropReadAhead(of partitions: [TopicPartition]) {
        var handles = handles
        unsafe readAhead.remove { topic, partition in
            unsafe partitions.contains(TopicPartition(topic: handles.place(of: topic), partition: partition))
        }
    }

    @inline(never)
    private mutating func nextEntry() -> Incoming {
        switch mailbox.take() {
        case .rebalance(let rebalance): return .rebalance(rebalance)
        case .error(let error): return error.isFatal ? .fatal(error) : .error(error)
        case nil: return .none
        }
    }

    /// librdkafka reports ends and errors as messages with a code.
    @inline(never)
    private func incoming(fault message: UnsafeMutablePointer<rd_kafka_message_t>, topic: Int) -> Incoming {
        let code = unsafe message.pointee.err
        let partition = unsafe TopicPartition(topic: topic, partition: message.pointee.partition)
        let offset = unsafe message.pointee.offset
        let isPartition = topic >= 0 && partition.partition >= 0
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF, isPartition { return .end(partition, offset: offset) }
        if code == RD_KAFKA_RESP_ERR__FATAL {
            let (cause, text) = unsafe fatalCause(of: client)
            return .fatal(KafkaError(cause, "Kafka", detail: text, isFatal: true))
        }
        let detail = unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) }
        let name = topic >= 0 ? "topic \(handles.names[topic])" : "Kafka"
        guard isPartition else { return .error(KafkaError(code, name, detail: detail, isRetriable: true)) }
        let place = "\(name), partition \(partition.partition), offset \(offset)"
        return .partitionError(partition, offset: max(offset, -1), KafkaError(code, place, detail: detail))
    }

    /// librdkafka's own log lines since the last call, each with its level (syslog's) in front; at most 200.
    public func takeLogLines() -> [String] { mailbox.logs.take() }

    /// Hands an error to the next `poll`, and wakes whoever waits for it.
    func report(_ error: KafkaError) {
        mailbox.post(error)
        wake.wake()
    }

    /// Leaves the group and frees everything; answers false where that took longer than the deadline and was left to a
    /// thread of its own. All messages must be gone. Afterwards `poll` answers `none`.
    public mutating func close(deadlineMilliseconds: Int) -> Bool {
        guard !isClosed else { return true }
        isClosed = true
        return end(leaving: true, deadlineMilliseconds: deadlineMilliseconds)
    }

    private func end(leaving: Bool, deadlineMilliseconds: Int) -> Bool {
        readAhead.removeAll()
        let (client, queue, mailbox, wake) = unsafe (client, queue, mailbox, wake)
        var handles = handles
        mailbox.isClosing = true
        mailbox.removeAll()
        return Ending.run(deadlineMilliseconds: deadlineMilliseconds) {
            unsafe rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
            unsafe rd_kafka_queue_destroy(queue)
            if leaving {
                // A rebalance that nobody has answered would hold up the close.
                unsafe rd_kafka_assign(client, nil)
                unsafe rd_kafka_consumer_close(client)
            }
            handles.release()
            unsafe rd_kafka_destroy_flags(client, leaving ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
            withExtendedLifetime((mailbox, wake)) {}
        }
    }
}
