internal import CRdkafka
internal import System

/// librdkafka's consumer: its handle, its queue, and the array that it fills in one call for many records, which costs a
/// small part of one call for each.
@safe
struct LibrdkafkaConsumer: ConsumerLibrary, ~Copyable {
    /// At most this many things are taken at once.
    private static let capacity = 128

    let client: OpaquePointer
    private let queue: OpaquePointer
    private let mailbox: Mailbox
    private let wake: WakeDescriptor
    private var fetchWaker: FetchWaker
    private var handles: TopicHandles
    private let taken: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var count = 0
    private var hasEnded = false

    init(
        properties: [(String, String)], topics: [String], groupID: String, instanceID: String?, clientID: String
    ) throws(KafkaError) {
        let mailbox = Mailbox()
        mailbox.topics = topics
        let wake = try KafkaError.wrapping { () throws(SystemError) in try WakeDescriptor() }
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
        self.handles = handles
        unsafe taken = .allocate(capacity: Self.capacity)
        unsafe taken.initialize(repeating: nil, count: Self.capacity)
    }

    deinit {
        if !hasEnded { unsafe _ = Self.end(client, queue, mailbox, wake, handles, leaving: false, 5_000) }
        unsafe taken.deallocate()
    }

    var topics: [String] { handles.names }
    var topicCount: Int { handles.names.count }
    var rebalancing: Rebalancing {
        switch unsafe String(cString: rd_kafka_rebalance_protocol(client)) {
        case "EAGER": .eager
        case "COOPERATIVE": .cooperative
        default: .none
        }
    }
    var wakeDescriptor: Int32 { wake.descriptor }
    func clearWake() { wake.drain() }
    func takeLogLines() -> [KafkaLogLine] { mailbox.logs.take() }
    func takeStatistics() -> [UInt8]? { mailbox.takeStatistics() }

    // MARK: The queue

    /// librdkafka serves callbacks from within this call. None of them may call rd_kafka_yield: the loop continues to
    /// the next element, looks at the flag only then, and drops that element, a record, say (2.0.2 to 2.16).
    mutating func fill() -> Int {
        unsafe count = max(0, rd_kafka_consume_batch_queue(queue, 0, taken, Self.capacity))
        return count
    }

    mutating func partition(at index: Int) -> TopicPartition? {
        guard let message = unsafe taken[index] else { return nil }
        let topic = unsafe handles.place(of: message.pointee.rkt)
        return topic < 0 ? nil : unsafe TopicPartition(topic: topic, partition: message.pointee.partition)
    }

    @inline(__always)
    mutating func take(at index: Int) -> ConsumerEvent<Message>? {
        // It was written by another thread: its bytes are on their way while the one before it is folded.
        if index &+ 1 < count, let following = unsafe taken[index &+ 1] { unsafe lantern_prefetch(following) }
        guard let message = unsafe taken[index] else { return nil }
        let topic = unsafe handles.place(of: message.pointee.rkt)
        guard unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            defer { unsafe rd_kafka_message_destroy(message) }
            return unsafe fault(message, topic: topic)
        }
        unsafe fetchWaker.took(message.pointee.len, client)
        return unsafe .record(Message(message, topic: topic))
    }

    mutating func drop(at index: Int) {
        guard let message = unsafe taken[index] else { return }
        unsafe rd_kafka_message_destroy(message)
        unsafe taken[index] = nil
    }

    mutating func drained() { unsafe fetchWaker.drained(client) }

    mutating func nextNotice() -> ConsumerEvent<Message>? {
        switch mailbox.take() {
        case .rebalance(let rebalance)?: .rebalance(rebalance)
        case .error(let error)?: error.isFatal ? .fatal(error) : .error(error)
        case nil: nil
        }
    }

    /// librdkafka reports ends and errors as messages with a code.
    @inline(never)
    private func fault(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: Int) -> ConsumerEvent<Message> {
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

    /// Hands an error to the next poll, and wakes the thread that waits for it.
    func report(_ error: KafkaError) {
        mailbox.post(error)
        wake.wake()
    }

    // MARK: Assignment

    func subscribe() throws(KafkaError) {
        let list = PartitionList(capacity: topics.count)
        for topic in topics { list.append(topic: topic, partition: RD_KAFKA_PARTITION_UA) }
        try check(unsafe rd_kafka_subscribe(client, list.list), "joining the group")
    }

    func assign(_ positions: [Position]) throws(KafkaError) {
        guard !positions.isEmpty else {
            return try check(unsafe rd_kafka_assign(client, nil), "giving up partitions")
        }
        let list = list(positions)
        try check(unsafe rd_kafka_assign(client, list.list), "assigning partitions")
    }

    func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        let list = list(positions)
        try unsafe check(rd_kafka_incremental_assign(client, list.list), "assigning more partitions")
    }

    func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = list(partitions)
        try unsafe check(rd_kafka_incremental_unassign(client, list.list), "giving up some partitions")
    }

    func seek(_ positions: [Position]) throws(KafkaError) {
        let list = list(positions)
        try unsafe check(rd_kafka_seek_partitions(client, list.list, 10_000), "continuing at other offsets")
        for index in 0..<list.count {
            let element = list.element(index)
            if element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(
                    element.error, "continuing at another offset of \(element.topic)-\(element.partition)",
                    isRetriable: true)
            }
        }
    }

    func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = list(partitions)
        try check(unsafe rd_kafka_pause_partitions(client, list.list), "pausing partitions")
    }

    func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = list(partitions)
        try check(unsafe rd_kafka_resume_partitions(client, list.list), "resuming partitions")
    }

    func commit(_ positions: [Position]) throws(KafkaError) {
        let list = list(positions)
        try check(unsafe rd_kafka_commit(client, list.list, 1), "committing offsets to Kafka")
    }

    private func list(_ positions: [Position]) -> PartitionList {
        let list = PartitionList(capacity: positions.count)
        for position in positions {
            let partition = position.partition
            list.append(topic: topics[partition.topic], partition: partition.partition, offset: position.offset)
        }
        return list
    }

    private func list(_ partitions: [TopicPartition]) -> PartitionList {
        list(partitions.map { Position($0, offset: 0) })
    }

    private func check(_ code: rd_kafka_resp_err_t, _ action: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, action) }
    }

    private func check(_ error: OpaquePointer?, _ action: String) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, action) }
    }

    // MARK: The end

    mutating func end(leaving: Bool, deadlineMilliseconds: Int) -> Bool {
        hasEnded = true
        return unsafe Self.end(client, queue, mailbox, wake, handles, leaving: leaving, deadlineMilliseconds)
    }

    private static func end(
        _ client: OpaquePointer, _ queue: OpaquePointer, _ mailbox: Mailbox, _ wake: WakeDescriptor,
        _ handles: TopicHandles, leaving: Bool, _ deadlineMilliseconds: Int
    ) -> Bool {
        var handles = handles
        mailbox.isClosing = true
        mailbox.removeAll()
        return BoundedShutdown.run(deadlineMilliseconds: deadlineMilliseconds) {
            unsafe rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
            unsafe rd_kafka_queue_destroy(queue)
            if leaving {
                // A rebalance without an answer would delay the close.
                unsafe rd_kafka_assign(client, nil)
                unsafe rd_kafka_consumer_close(client)
            }
            handles.release()
            unsafe rd_kafka_destroy_flags(client, leaving ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
            withExtendedLifetime((mailbox, wake)) {}
        }
    }
}
