internal import CRdkafka
internal import System

/// Where one record is looked for.
public struct RecordPlace: Hashable, Sendable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

/// What came of looking for a record.
public enum RecordSearch: Sendable {
    /// The record at that offset, or the first one behind it, was handed over.
    case found
    /// There is none at or after that offset.
    case absent
    /// The log does not have that offset.
    case outOfRange
    /// No reply in time, or an error.
    case failed(KafkaError)
}

extension Admin {
    /// Looks for one record of each place, all at once, and hands over what it finds: the record at that offset or,
    /// if there is none, the first one after it. Each partition may be named once.
    public mutating func records(
        at places: [RecordPlace], timeoutMilliseconds: Int, _ body: (_ index: Int, _ record: borrowing Message) -> Void
    ) -> [RecordSearch] {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        var waiting: [TopicPartition: Int] = [:]
        var results = places.map { _ in
            RecordSearch.failed(KafkaError(.timedOut, message: "Kafka did not send the record", isRetriable: true))
        }
        for (index, place) in places.enumerated() {
            var topic = handles.place(named: place.topic)
            if topic < 0 { topic = unsafe handles.add(place.topic, client: client) ?? -1 }
            guard topic >= 0,
                unsafe rd_kafka_consume_start_queue(handles.handle(topic), place.partition, place.offset, queue) == 0
            else {
                results[index] = .failed(
                    KafkaError(.unknownPartition, message: "\(place.topic)-\(place.partition) cannot be read"))
                continue
            }
            waiting[TopicPartition(topic: topic, partition: place.partition)] = index
        }
        let started = waiting.keys
        while !waiting.isEmpty {
            let left = deadline.remainingMilliseconds
            guard left > 0, let message = unsafe rd_kafka_consume_queue(queue, Int32(clamping: left)) else { break }
            let topic = unsafe handles.place(of: message.pointee.rkt)
            let partition = unsafe TopicPartition(topic: topic, partition: message.pointee.partition)
            let code = unsafe message.pointee.err
            let record = unsafe Message(message, topic: topic)
            guard let index = waiting.removeValue(forKey: partition) else { continue }
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                body(index, record)
                results[index] = .found
            case RD_KAFKA_RESP_ERR__PARTITION_EOF: results[index] = .absent
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
                results[index] = .outOfRange
            default:
                results[index] = .failed(KafkaError(code, "reading topic \(places[index].topic)", isRetriable: true))
            }
        }
        for partition in started {
            unsafe _ = rd_kafka_consume_stop(handles.handle(partition.topic), partition.partition)
        }
        return results
    }
}
