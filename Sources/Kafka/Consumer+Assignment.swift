internal import CRdkafka

extension Consumer {
    /// Joins the group for all its topics; partitions come as `rebalance`.
    public func subscribe() throws(KafkaError) {
        let list = PartitionList(capacity: topics.count)
        for topic in topics { list.append(topic: topic, partition: RD_KAFKA_PARTITION_UA) }
        try check(unsafe rd_kafka_subscribe(client, list.list), "joining the group")
    }

    /// Leaves the group's topics; held partitions come as a `revoked` rebalance, which is to be answered.
    public func unsubscribe() throws(KafkaError) {
        try check(unsafe rd_kafka_unsubscribe(client), "leaving the group's topics")
    }

    /// Whether the group took the partitions away without asking.
    public var isAssignmentLost: Bool { unsafe !isClosed && rd_kafka_assignment_lost(client) != 0 }

    /// Reads exactly these partitions from these offsets; what was read ahead is dropped, nothing is paused.
    ///
    /// Throws `invalidOffset` for a negative one: librdkafka would take it for "the committed one" or "the end".
    public mutating func assign(_ positions: [Position]) throws(KafkaError) {
        let list = try partitionList(positions)
        // librdkafka keeps a partition paused over a new assignment.
        try resume(Array(paused))
        try check(unsafe rd_kafka_assign(client, list.list), "assigning partitions")
        // Only now: where librdkafka refused, it goes on behind these records.
        readAhead.removeAll()
        standing.removeAll()
        standing.begin(positions)
    }

    /// Reads nothing any more; the answer to an eager `revoked` or `lost`.
    public mutating func unassign() throws(KafkaError) {
        try resume(Array(paused))
        try check(unsafe rd_kafka_assign(client, nil), "giving up partitions")
        readAhead.removeAll()
        standing.removeAll()
    }

    /// Reads these too; the answer to a cooperative `assigned`.
    public mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        let list = try partitionList(positions)
        try unsafe check(rd_kafka_incremental_assign(client, list.list), "assigning more partitions")
        standing.begin(positions)
    }

    /// Reads these no more; the answer to a cooperative `revoked` or `lost`.
    public mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try resume(partitions)
        let list = try partitionList(partitions.map { Position($0, offset: 0) })
        try unsafe check(rd_kafka_incremental_unassign(client, list.list), "giving up some partitions")
        dropReadAhead(of: partitions)
        for partition in partitions { standing.end(partition) }
    }

    /// Goes on at other offsets in some of the assigned partitions; what was read ahead of them is dropped, and they
    /// are not paused afterwards. (librdkafka's seek is not used: it has faults up to 2.0.2, DESIGN §11.)
    public mutating func reposition(_ positions: [Position]) throws(KafkaError) {
        let isEager = unsafe String(cString: rd_kafka_rebalance_protocol(client)) == "EAGER"
        guard isEager else {
            try incrementalUnassign(positions.map(\.partition))
            try incrementalAssign(positions)
            return
        }
        // An eager member may only replace the whole: the others go on where this consumer stands in them.
        let moved = Dictionary(positions.map { ($0.partition, $0.offset) }, uniquingKeysWith: { $1 })
        let stillPaused = paused.subtracting(moved.keys)
        var all = standing.positions
        for index in all.indices { all[index].offset = moved[all[index].partition] ?? all[index].offset }
        try assign(all)
        try pause(Array(stillPaused))
    }

    /// Begins to read these partitions too, besides those that are assigned already, whatever the group's protocol.
    public mutating func begin(_ positions: [Position]) throws(KafkaError) {
        guard unsafe String(cString: rd_kafka_rebalance_protocol(client)) == "EAGER" else {
            try incrementalAssign(positions)
            return
        }
        let stillPaused = paused
        try assign(standing.positions + positions)
        try pause(Array(stillPaused))
    }

    /// Reads nothing of these until they are assigned or repositioned; what was read ahead of them is dropped.
    public mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let running = partitions.filter { !paused.contains($0) }
        guard !running.isEmpty else { return }
        let list = try partitionList(running.map { Position($0, offset: 0) })
        try check(unsafe rd_kafka_pause_partitions(client, list.list), "pausing partitions")
        dropReadAhead(of: running)
        paused.formUnion(running)
    }

    /// librdkafka keeps a partition paused until it is resumed, whatever is assigned.
    private mutating func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let waiting = partitions.filter { paused.contains($0) }
        guard !waiting.isEmpty else { return }
        let list = try partitionList(waiting.map { Position($0, offset: 0) })
        try check(unsafe rd_kafka_resume_partitions(client, list.list), "resuming partitions")
        paused.subtract(waiting)
    }

    /// Whether the partition is paused.
    public func isPaused(_ partition: TopicPartition) -> Bool { paused.contains(partition) }

    /// Tells Kafka's lag tools the next offsets to read, without waiting; Lantern itself never reads them.
    ///
    /// A failure comes as `error` from a later `poll`. Not while a cooperative rebalance is under way: librdkafka 2.0.2
    /// can lose the assignment by it.
    public func commit(_ positions: [Position]) {
        do {
            let list = try partitionList(positions)
            try check(unsafe rd_kafka_commit(client, list.list, 1), "committing offsets to Kafka")
        } catch {
            report(error)
        }
    }

    private func check(_ code: rd_kafka_resp_err_t, _ action: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, action) }
    }

    private func check(_ error: OpaquePointer?, _ action: String) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, action) }
    }

    private func partitionList(_ positions: [Position]) throws(KafkaError) -> PartitionList {
        guard !isClosed else { throw KafkaError(.closed, message: "the Kafka consumer is closed") }
        let list = PartitionList(capacity: positions.count)
        for position in positions {
            let (topic, partition) = (position.partition.topic, position.partition.partition)
            guard topics.indices.contains(topic), partition >= 0 else {
                throw KafkaError(.unknownPartition, message: "no topic \(topic) or no partition \(partition)")
            }
            guard position.offset >= 0 else {
                throw KafkaError(
                    .invalidOffset,
                    message: "topic \(topics[topic]), partition \(partition): \(position.offset) is no offset")
            }
            list.append(topic: topics[topic], partition: partition, offset: position.offset)
        }
        return list
    }
}
