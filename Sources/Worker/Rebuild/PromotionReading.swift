import Bytes
import Records
import Redis

/// What one look at both databases found, all of it under WATCH.
struct PromotionReading: Equatable {
    /// One of the two databases; the arrays are in the order of the subject's projections, topics and partitions.
    struct Side: Equatable {
        /// What the record's key holds; nil if it is missing.
        var texts: [[UInt8]?] = []
        var counts: [[Int]] = []
        var checkpoints: [[[Checkpoint?]]] = []
        var parked: [[[Int64]]] = []

        var records: [GenerationRecord?] { texts.map { $0.flatMap { GenerationRecord(bytes: $0) } } }
    }

    var home = Side()
    var build = Side()
    /// What is damaged in the build, in words.
    var damage: [String] = []
    /// The token of the promotion that made what is in the home database live.
    var promotion: String?
    /// Redis's clock, in milliseconds since 1970.
    var time: Int64 = 0

    /// The commands of one look, from the home database and back to it. `counts`: of how many partitions of each topic
    /// the checkpoints are read; `isWatching`: whether a transaction may follow.
    static func commands(_ subject: PromotionSubject, counts: [[Int]], isWatching: Bool = true) -> [[String]] {
        var commands: [[String]] = []
        if isWatching { commands += [["UNWATCH"], watch(subject)] }
        commands += side(subject, counts)
        commands.append(["SELECT", "\(subject.database)"])
        // A build that went on between the look and the swap would no longer be where live is.
        if isWatching { commands.append(watch(subject) + checkpoints(subject, counts)) }
        commands += side(subject, counts)
        for projection in subject.projections { commands.append(["HGETALL", projection.keys.damage]) }
        commands.append(["SELECT", "\(subject.home)"])
        if let first = subject.projections.first { commands.append(["HGET", first.keys.about, About.promotion]) }
        commands.append(["TIME"])
        return commands
    }

    private static func watch(_ subject: PromotionSubject) -> [String] {
        ["WATCH"] + subject.projections.map(\.keys.generation)
    }

    private static func checkpoints(_ subject: PromotionSubject, _ counts: [[Int]]) -> [String] {
        zip(subject.projections, counts).flatMap { projection, counts in
            zip(projection.topics, counts).flatMap { topic, count in
                (0..<count).map { projection.keys.checkpoint(topic, Int32($0)) }
            }
        }
    }

    private static func side(_ subject: PromotionSubject, _ counts: [[Int]]) -> [[String]] {
        let records = subject.projections.map(\.keys.generation)
        var commands = [["MGET"] + records + checkpoints(subject, counts)]
        for (projection, counts) in zip(subject.projections, counts) {
            commands.append(["HMGET", projection.keys.growth] + projection.topics)
            for (topic, count) in zip(projection.topics, counts) {
                for partition in 0..<count {
                    commands.append(["ZCARD", projection.keys.parkedIndex(topic, Int32(partition))])
                }
            }
        }
        return commands
    }

    /// The first error reply among the replies of a look, in Redis's words.
    static func refusal(in replies: [RedisValue]) -> String? {
        for case .error(let text) in replies { return readableText(text) }
        return nil
    }

    /// nil if these are not the replies to such a look.
    init?(_ replies: [RedisValue], _ subject: PromotionSubject, counts: [[Int]], isWatching: Bool = true) {
        guard replies.count == Self.commands(subject, counts: counts, isWatching: isWatching).count else { return nil }
        var rest = replies.dropFirst(isWatching ? 2 : 0)
        guard let home = Self.takeSide(&rest, subject, counts) else { return nil }
        rest.removeFirst(isWatching ? 2 : 1)
        guard let build = Self.takeSide(&rest, subject, counts) else { return nil }
        self.home = home
        self.build = build
        for (index, projection) in subject.projections.enumerated() {
            guard let fields = rest.removeFirst().elements else { return nil }
            damage += Self.damage(of: projection, fields, build.checkpoints[index])
        }
        rest.removeFirst()
        if !subject.projections.isEmpty { promotion = rest.removeFirst().text }
        guard let parts = rest.first?.elements, parts.count == 2, let seconds = parts[0].text.flatMap({ Int64($0) }),
            let microseconds = parts[1].text.flatMap({ Int64($0) })
        else { return nil }
        time = seconds * 1_000 + microseconds / 1_000
    }

    private static func takeSide(
        _ rest: inout ArraySlice<RedisValue>, _ subject: PromotionSubject, _ counts: [[Int]]
    ) -> Side? {
        var side = Side()
        guard var values = rest.removeFirst().elements?[...] else { return nil }
        side.texts = values.prefix(subject.projections.count).map(\.bytes)
        values = values.dropFirst(subject.projections.count)
        for (projection, counts) in zip(subject.projections, counts) {
            guard let known = rest.removeFirst().elements, known.count == projection.topics.count else { return nil }
            side.counts.append(known.map { $0.text.flatMap { Int($0) } ?? 0 })
            var checkpoints: [[Checkpoint?]] = []
            var parked: [[Int64]] = []
            for count in counts {
                checkpoints.append(values.prefix(count).map { $0.bytes.flatMap { Checkpoint(text: $0) } })
                values = values.dropFirst(count)
                parked.append((0..<count).map { _ in rest.removeFirst().integer ?? 0 })
            }
            side.checkpoints.append(checkpoints)
            side.parked.append(parked)
        }
        return side
    }

    private static func damage(
        of projection: PromotionSubject.Projection, _ fields: [RedisValue], _ checkpoints: [[Checkpoint?]]
    ) -> [String] {
        var found: [String: String] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            if let field = fields[index].text { found[field] = fields[index + 1].text }
        }
        guard !found.isEmpty else { return [] }
        var damage: [String] = []
        for (topic, checkpoints) in zip(projection.topics, checkpoints) {
            for (partition, checkpoint) in checkpoints.enumerated() {
                let field = DamageRecord.field(projection.build.identifier, topic, Int32(partition))
                guard let record = found[field].map({ DamageRecord(text: $0) }),
                    record.holds(at: checkpoint?.next ?? .max)
                else { continue }
                damage.append("\(projection.name), \(topic)-\(partition): \(record.words)")
            }
        }
        return damage
    }
}
