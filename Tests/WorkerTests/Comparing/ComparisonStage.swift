import Bytes
import Configuration
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Seeded
import Synchronization
import System

@testable import Worker

/// Two databases with the same rows of every kind of view, and a thread that changes both as lanes do: the build always a
/// little behind, live standing while its record says so.
final class ComparisonStage: Sendable {
    static let projections = ["p"]
    let server: RedisServer
    let plan: ProjectionPlan
    private let keys = KeySpace(projection: "p")
    private let rows = 300
    private let state = Mutex((isStopped: false, hasEnded: true))

    init() throws {
        server = try RedisServer()
        plan = try Configuration.parse(
            text: """
                kafka: { bootstrap.servers: b }
                redis: redis://r
                projections:
                  p:
                    version: 1
                    topics: { t: { key: $.id } }
                    time: $.at
                    views:
                      h: { hash: "h:{id}", events: { "*": { increment: { a: $.a } } } }
                      d: { document: "d:{id}", events: { "*": { set: all } } }
                      c: { counter: "c:{id}", events: { "*": { increment: 1 } } }
                      s: { set: "s:{g}", member: $.m, events: { "*": add } }
                      board: { sorted-set: "board", member: $.m, events: { "*": { increment: 1 } } }
                      z: { sorted-set: "z:{g}", member: $.m, events: { "*": { increment: 1 } } }
                      l: { latest: "l:{g}", keep: 10, member: $.m, events: { "*": add } }
                      u: { unique: "u:{g}", member: $.m, events: { "*": add } }
                      b: { buckets: "b", every: 1m, retain: 1h, events: { "*": { increment: { n: 1 } } } }
                """, file: "f", environment: [:]
        ).projections[0]
        for database in [0, 1] {
            var redis = try connection(database)
            let record = GenerationRecord(number: database + 1, identifier: "1000000\(database)", fingerprint: "f")
            try redis.command("SET", keys.generation, record.text)
            try redis.command("HSET", keys.growth, "t", "2")
            try redis.command("SET", "lantern:p:about-nothing", "\(database)")
            try checkpoint(0, &redis)
            for index in 0..<rows { try fill(index, &redis) }
            for part in 0..<30 {
                let members = (0..<100).flatMap { ["\($0)", "m\(part * 100 + $0)"] }
                try redis.command((["ZADD", "board"] + members).map { Array($0.utf8) })
            }
        }
    }

    func connection(_ database: Int = 0) throws -> RedisConnection {
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        try redis.command("SELECT", "\(database)")
        return redis
    }

    private func fill(_ index: Int, _ redis: inout RedisConnection) throws {
        try redis.command("HSET", "h:\(index)", "a", "\(index)", "b", "x")
        try redis.command("SET", "d:\(index)", "{\"n\":\(index)}")
        try redis.command("SET", "c:\(index)", "\(index)")
        try redis.command("SADD", "s:\(index)", "m1", "m2")
        try redis.command("ZADD", "z:\(index)", "1", "m1", "2", "m2")
        try redis.command("ZADD", "l:\(index)", "1", "m1", "2", "m2")
        try redis.command("PFADD", "u:\(index)", "m1", "m\(index)")
        try redis.command("HSET", "b:\(index * 60)", "n", "1")
    }

    private func checkpoint(_ next: Int, _ redis: inout RedisConnection) throws {
        for partition in 0..<2 {
            let checkpoint = Checkpoint(next: Int64(next), confirmed: 0, writer: "0000000000000000")
            try redis.command(
                "SET", keys.checkpoint("t", Int32(partition)), String(decoding: checkpoint.text, as: UTF8.self))
        }
    }

    /// Plants differences of every kind into rows of every kind of view, and returns them by `VIEW KEY`.
    func plant() throws -> [String: RowDifference.Kind] {
        var build = try connection(1)
        var live = try connection(0)
        var planted: [String: RowDifference.Kind] = [:]
        func change(_ view: String, _ key: String, _ command: String...) throws {
            try build.command(command.map { Array($0.utf8) })
            planted["p.\(view) \(key)"] = .changed
        }
        for index in stride(from: 0, to: 100, by: 5) {
            try change("h", "h:\(index)", "HINCRBY", "h:\(index)", "a", "1000")
            try change("d", "d:\(index)", "SET", "d:\(index)", "{\"n\":-1}")
            try change("c", "c:\(index)", "INCRBY", "c:\(index)", "7")
            try change("s", "s:\(index)", "SADD", "s:\(index)", "m3")
            try change("z", "z:\(index)", "ZADD", "z:\(index)", "5", "m1")
            try change("l", "l:\(index)", "ZREM", "l:\(index)", "m2")
            try change("u", "u:\(index)", "PFADD", "u:\(index)", "another", "more", "words")
            try change("b", "b:\(index * 60)", "HINCRBY", "b:\(index * 60)", "n", "100")
        }
        try change("board", "board", "ZINCRBY", "board", "0.5", "m17")
        for (view, key) in [
            ("h", "h:1"), ("d", "d:1"), ("c", "c:1"), ("s", "s:1"), ("z", "z:1"), ("l", "l:1"), ("u", "u:1"),
            ("b", "b:60"),
        ] {
            try build.command("UNLINK", key)
            planted["p.\(view) \(key)"] = .missing
        }
        for index in 900..<910 {
            try fill(index, &build)
            for (view, key) in [
                ("h", "h:\(index)"), ("d", "d:\(index)"), ("c", "c:\(index)"), ("s", "s:\(index)"), ("z", "z:\(index)"),
                ("l", "l:\(index)"), ("u", "u:\(index)"), ("b", "b:\(index * 60)"),
            ] { planted["p.\(view) \(key)"] = .extra }
        }
        // A key of no view is nobody's difference.
        try live.command("SET", "foreign", "1")
        return planted
    }

    /// Changes rows of live, and the build's a little later, until it is stopped.
    func startMoving(lag: Int = 3) throws {
        state.withLock { $0 = (false, false) }
        try DetachedThread.start { [self] in
            try? move(lag: lag)
            state.withLock { $0.hasEnded = true }
        }
    }

    func stopMoving() {
        state.withLock { $0.isStopped = true }
        while !state.withLock({ $0.hasEnded }) { Pause.milliseconds(5) }
    }

    private func move(lag: Int) throws {
        var live = try connection(0)
        var build = try connection(1)
        var (done, followed) = (0, 0)
        while true {
            let isStopped = state.withLock { $0.isStopped }
            let record = try live.command("GET", keys.generation).text.flatMap { GenerationRecord(text: $0) }
            let isOpen = record?.state == .open && !isStopped
            if isOpen {
                try apply(done, &live)
                done += 1
            }
            while followed < (isOpen ? done - lag : done) {
                try apply(followed, &build)
                followed += 1
            }
            if isStopped { return }
            Pause.milliseconds(4)
        }
    }

    /// Event `number`'s changes with the checkpoint, in one transaction; the same on both sides.
    private func apply(_ number: Int, _ redis: inout RedisConnection) throws {
        var random = SplitMix64(seed: UInt64(number))
        var commands = CommandBuffer()
        commands.command("MULTI")
        for _ in 0..<5 {
            let row = 2 + random.below(200)
            commands.command("HINCRBY", "h:\(row)", "a", "1")
            commands.command("INCRBY", "c:\(row)", "1")
            commands.command(random.chance(50) ? "SADD" : "SREM", "s:\(200 + row % 50)", "m2")
            commands.command("SET", "d:\(200 + row % 50)", "{\"n\":\(number)}")
            commands.command("ZINCRBY", "board", "1", "m\(random.below(3_000))")
            commands.command("HINCRBY", "b:\(60 * row)", "n", "1")
            commands.command("PFADD", "u:\(200 + row % 50)", "m\(number)")
        }
        for partition in 0..<2 {
            let checkpoint = Checkpoint(next: Int64(number + 1), confirmed: 0, writer: "0000000000000000")
            commands.command(
                "SET", keys.checkpoint("t", Int32(partition)), String(decoding: checkpoint.text, as: UTF8.self))
        }
        commands.command("EXEC")
        guard try redis.roundTrip(commands).last?.elements != nil else {
            throw WorkerError(.failed, "a change was refused")
        }
    }

    /// What a comparison finds, by `VIEW KEY`.
    func compare(
        _ options: Comparison.Options = .init(), plans: [ProjectionPlan]? = nil
    ) throws -> (found: [String: RowDifference.Kind], rows: [RowDifference], tally: ComparisonTally) {
        let rows = Mutex<[RowDifference]>([])
        let views = ComparedView.all(plans ?? [plan], former: [plan])
        var comparison = try Comparison(
            Self.projections, views, home: 0, database: 1, options: options, connection()
        ) { difference in rows.withLock { $0.append(difference) } }
        try comparison.run()
        let all = rows.withLock { $0 }
        let found = all.map { ("\($0.view) \(readableText($0.key))", $0.kind) }
        return (Dictionary(found) { first, _ in first }, all, comparison.tally)
    }
}
