/// What a lane measures beside what it counts: nothing of it costs more than an addition an event.
public struct LaneMeter: Sendable {
    /// Upper bounds of the buckets: milliseconds, events, milliseconds (of ages too).
    public static let durationBounds: [Double] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000]
    public static let eventBounds: [Double] = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000]
    public static let freshnessBounds: [Double] = [
        1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
    ]

    /// Of each of the plan's topics.
    public private(set) var topics: [EventCounts]
    /// From EXEC to its reply, in milliseconds.
    public private(set) var duration = BucketCounts()
    /// How many events a transaction holds.
    public private(set) var events = BucketCounts()
    /// From a record's timestamp to the reply that made it visible, in milliseconds, for each event.
    public private(set) var freshness = BucketCounts()
    /// From the time of a transaction's newest event, by what the projection says of its time, to the reply, in milliseconds.
    public private(set) var age = BucketCounts()
    /// The system's clock less the one that the lane counts in, in milliseconds.
    var wallOffset: Int64 = 0

    init(topics: Int) { self.topics = Array(repeating: EventCounts(), count: topics) }

    mutating func add(_ counts: EventCounts, topic: Int) { topics[topic].add(counts) }

    mutating func countReplayed(topic: Int) { topics[topic].replayed += 1 }

    /// A transaction was applied.
    mutating func applied(events count: Int, after milliseconds: Int64) {
        duration.add(max(0, milliseconds), Self.durationBounds)
        events.add(Int64(count), Self.eventBounds)
    }

    /// A transaction was applied whose newest event happened then.
    mutating func applied(newest time: Int64, now: Int64) {
        age.add(max(0, now + wallOffset - time), Self.freshnessBounds)
    }

    /// Events became visible. Only the first and the last one's timestamps are known: the others are taken to lie evenly
    /// between, in four steps.
    mutating func visible(_ count: Int64, first: Int64, last: Int64, now: Int64) {
        guard first >= 0, last >= 0 else { return }
        let wall = now + wallOffset
        guard count > 3, first != last else {
            if count > 1 { see(first, count / 2, wall) }
            see(last, count - count / 2, wall)
            return
        }
        let eighth = Double(last - first) / 8
        for step in 0..<4 {
            see(first + Int64(eighth * Double(2 * step + 1)), step < 3 ? count / 4 : count - 3 * (count / 4), wall)
        }
    }

    private mutating func see(_ timestamp: Int64, _ count: Int64, _ wall: Int64) {
        freshness.add(max(0, wall - timestamp), weight: count, Self.freshnessBounds)
    }
}
