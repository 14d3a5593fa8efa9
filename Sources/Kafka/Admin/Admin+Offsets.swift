internal import CRdkafka
internal import System

/// What a partition's log holds.
public struct LogRange: Hashable, Sendable {
    /// The first offset that there still is.
    public var low: Int64
    /// The offset after the last one that a reader of committed transactions can read: the last stable offset.
    public var end: Int64

    public init(low: Int64, end: Int64) {
        self.low = low
        self.end = end
    }
}

extension Admin {
    /// What each partition's log holds: its low watermark and its last stable offset.
    ///
    /// The end follows the client's isolation level, which librdkafka sends with ListOffsets: the last stable offset, or
    /// the high watermark where the client sees open transactions.
    public mutating func ranges(
        topic: String, partitions: [Int32], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [LogRange] {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let low = try list(topic, partitions, Int64(RD_KAFKA_OFFSET_BEGINNING), timeoutMilliseconds)
        let high = try list(topic, partitions, Int64(RD_KAFKA_OFFSET_END), max(1, deadline.remainingMilliseconds))
        return zip(low, high).map { LogRange(low: $0, end: $1) }
    }

    /// Where each partition's log ends, as ``ranges(topic:partitions:timeoutMilliseconds:)`` has it, in one request to each
    /// leader.
    public mutating func ends(
        topic: String, partitions: [Int32], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64] {
        try list(topic, partitions, Int64(RD_KAFKA_OFFSET_END), timeoutMilliseconds)
    }

    /// The first offset of each partition whose record is from `milliseconds` (since 1970) or later; nil if none is.
    public mutating func offsets(
        topic: String, partitions: [Int32], since milliseconds: Int64, timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64?] {
        try list(topic, partitions, max(0, milliseconds), timeoutMilliseconds).map { $0 < 0 ? nil : $0 }
    }

    /// One request to each leader; times are milliseconds, −2 the beginning and −1 the end, as in Kafka's protocol.
    private mutating func list(
        _ topic: String, _ partitions: [Int32], _ time: Int64, _ timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64] {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        while true {
            do throws(KafkaError) {
                return try listOnce(topic, partitions, time, max(1, deadline.remainingMilliseconds))
            } catch {
                // A topic that grew: librdkafka goes by what it has heard of the topic, so it is made to hear the news.
                if error.code == .unknownPartition, !deadline.hasPassed {
                    let left = max(1, deadline.remainingMilliseconds)
                    let count = try partitionCounts(of: [topic], timeoutMilliseconds: left)[0]
                    guard partitions.allSatisfy({ $0 < count }) else { throw error }
                    unsafe _ = rd_kafka_poll(client, 50)
                    continue
                }
                // A topic that was just made, or a broker that just left: the leader is another one in a moment.
                guard ["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"].contains(error.name),
                    !deadline.hasPassed
                else { throw error }
                unsafe _ = rd_kafka_poll(client, 50)
            }
        }
    }

    private mutating func listOnce(
        _ topic: String, _ partitions: [Int32], _ time: Int64, _ timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64] {
        let list = PartitionList(capacity: partitions.count)
        for partition in partitions { list.append(topic: topic, partition: partition, offset: time) }
        let code = unsafe rd_kafka_offsets_for_times(client, list.list, Int32(clamping: timeoutMilliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw explained(code, "asking for offsets of topic \(topic)") }
        var offsets: [Int32: Int64] = [:]
        for index in 0..<list.count {
            let element = list.element(index)
            guard element.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw KafkaError(
                    element.error, "asking for offsets of topic \(topic), partition \(element.partition)",
                    isRetriable: true)
            }
            offsets[element.partition] = element.offset
        }
        return partitions.map { offsets[$0] ?? -1 }
    }
}
