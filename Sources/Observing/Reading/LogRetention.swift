import Kafka
import System

/// How long Kafka keeps the records of some topics, asked for now and then: it changes rarely, and the answer costs a request
/// for each topic and one for each log's first record.
struct LogRetention {
    private struct Known {
        var askedAt: Int64
        /// nil: for ever, or Kafka does not say.
        var milliseconds: Int64?
        /// The timestamp of each partition's first record, and the offset at which it was looked for.
        var first: [Int32: (low: Int64, time: Int64)] = [:]
    }

    /// So long an answer counts, in milliseconds.
    private static let validity: Int64 = 60_000

    private var known: [String: Known] = [:]

    /// Fills in what is known of the topic's retention.
    mutating func fill(_ bounds: inout [LogBounds], of topic: String, _ admin: inout Admin, timeoutMilliseconds: Int) {
        let now = Clock.milliseconds()
        if known[topic].map({ now - $0.askedAt > Self.validity }) ?? true {
            ask(topic, bounds, &admin, now: now, timeoutMilliseconds)
        }
        guard let known = known[topic] else { return }
        for index in bounds.indices {
            bounds[index].retention = known.milliseconds
            if let first = known.first[Int32(index)], first.low == bounds[index].low {
                bounds[index].firstTime = first.time
            }
        }
    }

    private mutating func ask(
        _ topic: String, _ bounds: [LogBounds], _ admin: inout Admin, now: Int64, _ timeout: Int
    ) {
        var found = Known(askedAt: now)
        defer { known[topic] = found }
        // Who may not ask for a topic's settings is told so by the worker, which needs them too.
        guard let settings = try? admin.settings(ofTopic: topic, timeoutMilliseconds: timeout) else { return }
        let deletes = settings["cleanup.policy"]?.split(separator: ",").contains("delete") ?? false
        guard deletes, let kept = settings["retention.ms"].flatMap({ Int64($0) }), kept >= 0 else { return }
        found.milliseconds = kept
        // A log that has lost its beginning needs no more: nothing can be built from it whole.
        let whole = bounds.indices.filter { bounds[$0].low == 0 && bounds[$0].end > 0 }
        guard whole.count == bounds.count(where: { $0.end > 0 }), !whole.isEmpty else { return }
        let places = whole.map { RecordPlace(topic: topic, partition: Int32($0), offset: 0) }
        var times: [Int32: (low: Int64, time: Int64)] = [:]
        _ = admin.records(at: places, timeoutMilliseconds: timeout) { index, record in
            times[places[index].partition] = (0, record.timestamp)
        }
        found.first = times
    }
}
