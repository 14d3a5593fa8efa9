internal import CRdkafka

/// Owns a list of partitions and offsets in the form in which librdkafka takes and gives them.
@safe
struct PartitionList: ~Copyable {
    let list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int) {
        unsafe list = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(list) }

    var count: Int { unsafe Int(list.pointee.cnt) }

    func append(topic: String, partition: Int32, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        let element = unsafe rd_kafka_topic_partition_list_add(list, topic, partition)
        unsafe element?.pointee.offset = offset
    }

    /// What element `index` says.
    func element(_ index: Int) -> (topic: String, partition: Int32, offset: Int64, error: rd_kafka_resp_err_t) {
        let element = unsafe list.pointee.elems[index]
        return unsafe (String(cString: element.topic), element.partition, element.offset, element.err)
    }
}
