import FoundationEssentials

/// What monitoring needs of librdkafka's statistics.
public struct ConsumerStatistics: Sendable, Equatable {
    /// Brokers that it is connected to, by id, without those that it only knows as a bootstrap address.
    public var brokersUp: Set<Int32> = []
    /// Bytes that were fetched and not taken.
    public var queuedBytes: Int64 = 0
    /// How long brokers held back replies, in milliseconds, since the statistics before these.
    public var throttledMilliseconds: Int64 = 0

    /// Reads the JSON; nil if it is not librdkafka's.
    public init?(json: [UInt8]) {
        guard let read = try? JSONDecoder().decode(Whole.self, from: Data(json)) else { return nil }
        for broker in read.brokers.values {
            if broker.state == "UP", broker.nodeid >= 0 { brokersUp.insert(broker.nodeid) }
            throttledMilliseconds += broker.throttle?.sum ?? 0
        }
        for topic in read.topics.values {
            for partition in topic.partitions.values { queuedBytes += max(0, partition.fetchq_size ?? 0) }
        }
    }

    private struct Whole: Decodable {
        var brokers: [String: Broker]
        var topics: [String: Topic]
    }

    private struct Broker: Decodable {
        var nodeid: Int32
        var state: String
        var throttle: Window?
    }

    private struct Window: Decodable { var sum: Int64 }

    private struct Topic: Decodable { var partitions: [String: Partition] }

    private struct Partition: Decodable { var fetchq_size: Int64? }
}
