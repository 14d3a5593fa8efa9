internal import CRdkafka

extension Mailbox {
    /// Sets the callbacks that only a consumer has.
    ///
    /// The rebalance callback only records. librdkafka lets the answer (assign or unassign) come at any later time and
    /// continues with its heartbeats meanwhile: with a callback set it does nothing by itself after it
    /// (rdkafka.c, RD_KAFKA_OP_REBALANCE; tried on Kafka 4.1.1 in `GroupTests`).
    func attachToConsumer(_ properties: borrowing Properties) {
        attach(to: properties)
        unsafe rd_kafka_conf_set_rebalance_cb(properties.configuration) { client, code, partitions, opaque in
            unsafe Mailbox.of(opaque)?.rebalance(client, code, partitions)
        }
        unsafe rd_kafka_conf_set_stats_cb(properties.configuration) { _, text, count, opaque in
            guard let text = unsafe text else { return 0 }
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: count)
            unsafe Mailbox.of(opaque)?.post(statistics: Array(bytes))
            return 0
        }
        unsafe rd_kafka_conf_set_offset_commit_cb(properties.configuration) { _, code, _, opaque in
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
            unsafe Mailbox.of(opaque)?.post(KafkaError(code, "committing offsets to Kafka", isRetriable: true))
        }
    }

    private func rebalance(
        _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) {
        guard let client = unsafe client else { return }
        guard !isClosing else {
            unsafe rd_kafka_assign(client, nil)
            return
        }
        let isCooperative = unsafe String(cString: rd_kafka_rebalance_protocol(client)) == "COOPERATIVE"
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            post(.assigned, unsafe places(partitions), isCooperative: isCooperative)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            let isLost = unsafe rd_kafka_assignment_lost(client) != 0
            post(isLost ? .lost : .revoked, unsafe places(partitions), isCooperative: isCooperative)
        default:
            unsafe rd_kafka_assign(client, nil)
            post(KafkaError(code, "the group's rebalance failed", isRetriable: true))
        }
    }

    private func places(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [TopicPartition] {
        guard let list = unsafe list else { return [] }
        var places: [TopicPartition] = []
        for index in 0..<Int(unsafe list.pointee.cnt) {
            let element = unsafe list.pointee.elems[index]
            let name = unsafe String(cString: element.topic)
            guard let topic = topics.firstIndex(of: name) else { continue }
            places.append(TopicPartition(topic: topic, partition: unsafe element.partition))
        }
        return places
    }
}
