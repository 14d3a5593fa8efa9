import Bytes
public import Projections
public import Records
public import Redis

extension PromotionFacts {
    /// Reads everything; it writes nothing. `kinds`: of the build's views, as far as they are known.
    public static func read(
        _ subject: PromotionSubject, kinds: [RowCensus.View: ViewKind] = [:], _ redis: inout RedisConnection
    ) throws -> PromotionFacts {
        var facts = PromotionFacts(subject: subject)
        try facts.readServer(&redis)
        let reading = try Self.look(subject, &redis)
        facts.take(reading)
        try facts.readParked(reading, &redis)
        try facts.readLedgers(&redis)
        try facts.readRows(kinds, &redis)
        return facts
    }

    /// Only how far both are; cheap enough to be asked often.
    public static func readProgress(_ subject: PromotionSubject, _ redis: inout RedisConnection) throws
        -> PromotionFacts
    {
        var facts = PromotionFacts(subject: subject)
        facts.take(try Self.look(subject, &redis))
        return facts
    }

    private static func look(_ subject: PromotionSubject, _ redis: inout RedisConnection) throws -> PromotionReading {
        var counts = subject.projections.map { $0.topics.map { _ in 0 } }
        // The first look learns how many partitions there are; a topic may grow at any time.
        for _ in 0..<10 {
            let replies = try redis.roundTrip(
                words: PromotionReading.commands(subject, counts: counts, isWatching: false))
            if let words = PromotionReading.refusal(in: replies) {
                throw WorkerError(.refused, "Redis refused to show the generations: \(words)")
            }
            guard let reading = PromotionReading(replies, subject, counts: counts, isWatching: false) else { break }
            if reading.knownCounts == counts { return reading }
            counts = reading.knownCounts
        }
        throw WorkerError(.failed, "the generations could not be read: is another program writing lantern:* keys?")
    }

    private mutating func take(_ reading: PromotionReading) {
        damage = reading.damage
        for (index, projection) in subject.projections.enumerated() where projection.live != nil {
            for (topic, name) in projection.topics.enumerated()
            where reading.home.counts[index][topic] > 0 && reading.build.counts[index][topic] > 0 {
                for partition in reading.home.checkpoints[index][topic].indices {
                    partitions.append(
                        Partition(
                            projection: projection.name, topic: name, partition: Int32(partition),
                            live: reading.home.checkpoints[index][topic][partition],
                            build: reading.build.checkpoints[index][topic][partition]))
                }
            }
        }
    }

    private mutating func readServer(_ redis: inout RedisConnection) throws {
        server = ServerCondition(info: try redis.command("INFO").text ?? "")
    }

    private mutating func readParked(_ reading: PromotionReading, _ redis: inout RedisConnection) throws {
        for (index, projection) in subject.projections.enumerated() {
            for (topic, name) in projection.topics.enumerated() {
                for (partition, count) in reading.build.parked[index][topic].enumerated() where count > 0 {
                    let key = projection.keys.parkedIndex(name, Int32(partition))
                    let range = ["ZRANGE", key, "0", "-1"]
                    let replies = try redis.roundTrip(words: [
                        range, ["SELECT", "\(subject.database)"], range, ["SELECT", "\(subject.home)"],
                    ])
                    let live = Set(Self.offsets(replies[0]))
                    for offset in Self.offsets(replies[2]) where !live.contains(offset) {
                        let event = KeySpace.eventName(name, Int32(partition), offset)
                        parked.append(Event(projection: projection.name, name: event))
                    }
                }
            }
        }
    }

    private static func offsets(_ reply: RedisValue) -> [Int64] {
        (reply.elements ?? []).compactMap { ParkedRecord.place(inIndex: $0.bytes ?? [])?.offset }
    }

    /// What the operator decided about events of topics that the build reads, and the build does not know.
    private mutating func readLedgers(_ redis: inout RedisConnection) throws {
        for projection in subject.projections where projection.live != nil {
            let read = ["HGETALL", projection.keys.ledger]
            let replies = try redis.roundTrip(words: [
                read, ["SELECT", "\(subject.database)"], read, ["SELECT", "\(subject.home)"],
            ])
            let own = LedgerHandover.fields(replies[2])
            for (event, decision) in LedgerHandover.fields(replies[0]) where own[event] != decision {
                undecided.append(Event(projection: projection.name, name: event))
            }
        }
        undecided.sort { ($0.projection, $0.name) < ($1.projection, $1.name) }
    }

    private mutating func readRows(_ kinds: [RowCensus.View: ViewKind], _ redis: inout RedisConnection) throws {
        let live = try RowCensus(kinds: kinds, &redis)
        try redis.command("SELECT", "\(subject.database)")
        let build = try RowCensus(kinds: kinds, &redis)
        try redis.command("SELECT", "\(subject.home)")
        views = Self.pairs(live, build)
        strangers = live.projections.subtracting(subject.projections.map(\.name)).sorted()
        for (database, census) in [(subject.home, live), (subject.database, build)] where census.foreign > 0 {
            foreign.append(ForeignKeys(database: database, count: census.foreign, sample: census.foreignSample))
        }
    }

    /// Each view with its rows on both sides; one that was renamed and makes the same keys is one view, under its new name.
    static func pairs(_ live: RowCensus, _ build: RowCensus) -> [ViewRows] {
        var left = Set(live.rows.keys)
        var pairs: [ViewRows] = []
        for view in build.rows.keys {
            let former =
                left.contains(view)
                ? view
                : left.first { other in
                    other.projection == view.projection && build.rows[other] == nil
                        && live.claims[other]?.pattern == build.claims[view]?.pattern
                }
            if let former { left.remove(former) }
            pairs.append(ViewRows(view: view, live: former.flatMap { live.rows[$0] }, build: build.rows[view]))
        }
        for view in left { pairs.append(ViewRows(view: view, live: live.rows[view], build: nil)) }
        return pairs.sorted { $0.view < $1.view }
    }
}

extension RedisConnection {
    /// Commands of text arguments in one round trip.
    mutating func roundTrip(words commands: [[String]]) throws(RedisError) -> [RedisValue] {
        var buffer = CommandBuffer()
        for command in commands {
            buffer.begin(command.count)
            for word in command { buffer.argument(text: word) }
        }
        return try roundTrip(buffer)
    }
}
