import Kafka
import Observing

/// librdkafka's statistics of all lanes together; each text is read once.
struct StatisticsSum: Sendable {
    private struct Seen {
        var count: Int
        var last: ConsumerStatistics?
    }

    /// `PROJECTION ROLE LANE` → what came last.
    private var seen: [String: Seen] = [:]
    private var throttledMilliseconds: Int64 = 0

    /// Takes what the lanes have, by their names, and returns the sum.
    mutating func take(_ lanes: [(name: String, snapshot: LaneSnapshot)]) -> KafkaFigures {
        var still: [String: Seen] = [:]
        var errors: [String: Int64] = [:]
        for (name, snapshot) in lanes {
            errors.merge(snapshot.kafkaErrors, uniquingKeysWith: +)
            var own = seen[name] ?? Seen(count: 0, last: nil)
            if own.count != snapshot.statisticsCount {
                own = Seen(count: snapshot.statisticsCount, last: ConsumerStatistics(json: snapshot.statistics))
                throttledMilliseconds += own.last?.throttledMilliseconds ?? 0
            }
            still[name] = own
        }
        seen = still
        var figures = KafkaFigures()
        figures.errors = errors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let known = seen.values.compactMap(\.last)
        guard !known.isEmpty else { return figures }
        figures.brokersUp = Int64(known.reduce(into: Set<Int32>()) { $0.formUnion($1.brokersUp) }.count)
        figures.queuedBytes = known.reduce(0) { $0 + $1.queuedBytes }
        figures.throttledSeconds = Double(throttledMilliseconds) / 1_000
        return figures
    }
}
