internal import CRdkafka
internal import System

extension Admin {
    /// Makes a topic, with settings such as `cleanup.policy`, and waits until the broker knows it.
    public mutating func createTopic(
        _ name: String, partitions: Int, replicas: Int = 1, settings: [(String, String)] = [], timeoutMilliseconds: Int
    ) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 256)
        let made = unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe rd_kafka_NewTopic_new(
                name, Int32(clamping: partitions), Int32(clamping: replicas), text.baseAddress, text.count)
        }
        guard let topic = unsafe made else {
            throw KafkaError(.configuration, message: "topic \(name) cannot be created with \(partitions) partitions")
        }
        defer { unsafe rd_kafka_NewTopic_destroy(topic) }
        for (key, value) in settings { unsafe _ = rd_kafka_NewTopic_set_config(topic, key, value) }
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let event = unsafe try perform("creating topic \(name)", timeoutMilliseconds) { client, options, queue in
            var topics: [OpaquePointer?] = unsafe [topic]
            unsafe rd_kafka_CreateTopics(client, &topics, 1, options, queue)
        }
        try unsafe event.check(
            rd_kafka_event_CreateTopics_result, rd_kafka_CreateTopics_result_topics, "creating topic \(name)")
        // The controller has it before every broker knows it.
        while !deadline.hasPassed {
            do {
                if try partitionCounts(of: [name], timeoutMilliseconds: deadline.remainingMilliseconds) == [partitions]
                {
                    return
                }
            } catch  where error.code == .unknownTopic {}
            unsafe _ = rd_kafka_poll(client, 20)
        }
        throw KafkaError(
            .timedOut, message: "topic \(name) was created, but the broker does not know it yet", isRetriable: true)
    }

    /// Deletes a topic with all its records.
    public mutating func deleteTopic(_ name: String, timeoutMilliseconds: Int) throws(KafkaError) {
        let topic = unsafe rd_kafka_DeleteTopic_new(name)
        defer { unsafe rd_kafka_DeleteTopic_destroy(topic) }
        let event = unsafe try perform("deleting topic \(name)", timeoutMilliseconds) { client, options, queue in
            var topics: [OpaquePointer?] = unsafe [topic]
            unsafe rd_kafka_DeleteTopics(client, &topics, 1, options, queue)
        }
        try unsafe event.check(
            rd_kafka_event_DeleteTopics_result, rd_kafka_DeleteTopics_result_topics, "deleting topic \(name)")
    }

    /// Lets a topic grow to `count` partitions.
    public mutating func growTopic(_ name: String, to count: Int, timeoutMilliseconds: Int) throws(KafkaError) {
        let growth = unsafe rd_kafka_NewPartitions_new(name, count, nil, 0)
        guard let growth = unsafe growth else {
            throw KafkaError(.configuration, message: "topic \(name) cannot grow to \(count) partitions")
        }
        defer { unsafe rd_kafka_NewPartitions_destroy(growth) }
        let event = unsafe try perform("growing topic \(name)", timeoutMilliseconds) { client, options, queue in
            var growths: [OpaquePointer?] = unsafe [growth]
            unsafe rd_kafka_CreatePartitions(client, &growths, 1, options, queue)
        }
        try unsafe event.check(
            rd_kafka_event_CreatePartitions_result, rd_kafka_CreatePartitions_result_topics, "growing topic \(name)")
    }

    /// Deletes the records of a partition below an offset.
    public mutating func deleteRecords(
        topic: String, partition: Int32, before offset: Int64, timeoutMilliseconds: Int
    ) throws(KafkaError) {
        let action = "deleting records of topic \(topic), partition \(partition)"
        let list = PartitionList(capacity: 1)
        list.append(topic: topic, partition: partition, offset: offset)
        let deletion = unsafe rd_kafka_DeleteRecords_new(list.list)
        defer { unsafe rd_kafka_DeleteRecords_destroy(deletion) }
        let event = unsafe try perform(action, timeoutMilliseconds) { client, options, queue in
            var deletions: [OpaquePointer?] = unsafe [deletion]
            unsafe rd_kafka_DeleteRecords(client, &deletions, 1, options, queue)
        }
        let result = unsafe rd_kafka_event_DeleteRecords_result(event.event)
        guard let answer = unsafe rd_kafka_DeleteRecords_result_offsets(result), unsafe answer.pointee.cnt > 0 else {
            throw KafkaError(.other, message: "\(action): the reply does not contain it")
        }
        let code = unsafe answer.pointee.elems[0].err
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, action) }
    }

    /// The topic's settings by name, such as `cleanup.policy` and `delete.retention.ms`, defaults included.
    ///
    /// Throws `unsupported` or `authorization` if the broker does not report them.
    public mutating func settings(
        ofTopic name: String, timeoutMilliseconds: Int
    ) throws(KafkaError) -> [String: String] {
        let action = "asking for the settings of topic \(name)"
        let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let event = unsafe try perform(action, timeoutMilliseconds) { client, options, queue in
            var resources: [OpaquePointer?] = unsafe [resource]
            unsafe rd_kafka_DescribeConfigs(client, &resources, 1, options, queue)
        }
        var count = 0
        let result = unsafe rd_kafka_event_DescribeConfigs_result(event.event)
        let answers = unsafe rd_kafka_DescribeConfigs_result_resources(result, &count)
        guard count > 0, let answer = unsafe answers?[0] else {
            throw KafkaError(.other, message: "\(action): the reply does not contain it")
        }
        let code = unsafe rd_kafka_ConfigResource_error(answer)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw unsafe KafkaError(
                code, action, detail: rd_kafka_ConfigResource_error_string(answer).map { unsafe String(cString: $0) })
        }
        var settings: [String: String] = [:]
        let entries = unsafe rd_kafka_ConfigResource_configs(answer, &count)
        for index in 0..<count {
            guard let entry = unsafe entries?[index], let key = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            unsafe settings[String(cString: key)] = String(cString: value)
        }
        return settings
    }
}
