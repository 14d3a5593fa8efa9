import Kafka

/// Where the logs of topics end, as far as Kafka tells: the first fault ends the asking.
struct LogEnds: ~Copyable {
    private var admin: Admin
    /// Why Kafka does not tell; nil where it does.
    private(set) var fault: KafkaError?

    init(_ admin: consuming Admin) { self.admin = admin }

    /// The end of each of a topic's partitions; nil where Kafka does not answer.
    mutating func ends(of topic: String) -> [Int64]? {
        guard fault == nil else { return nil }
        do throws(KafkaError) {
            let count = try admin.partitionCounts(of: [topic], timeoutMilliseconds: 10_000)[0]
            return try admin.ranges(
                topic: topic, partitions: (0..<count).map { Int32($0) }, timeoutMilliseconds: 10_000
            ).map(\.end)
        } catch {
            fault = error
            return nil
        }
    }
}
