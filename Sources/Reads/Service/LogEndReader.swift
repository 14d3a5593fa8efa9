import Kafka

/// Asks Kafka where logs end for readers of committed records.
struct LogEndReader: ~Copyable {
    private static let timeoutMilliseconds = 5_000

    private var admin: Admin

    init(_ properties: [(String, String)], clientID: String) throws(KafkaError) {
        admin = try Admin(properties: properties, clientID: clientID)
    }

    /// The ends of every partition that each topic has now.
    mutating func ends(of topics: [String]) throws(KafkaError) -> [String: [Int64]] {
        let counts = try admin.partitionCounts(of: topics, timeoutMilliseconds: Self.timeoutMilliseconds)
        var ends: [String: [Int64]] = [:]
        for (topic, count) in zip(topics, counts) {
            ends[topic] = try admin.ends(
                topic: topic, partitions: (0..<Int32(count)).map { $0 }, timeoutMilliseconds: Self.timeoutMilliseconds)
        }
        return ends
    }
}
