import CommandLine
import Configuration
import FoundationEssentials
import Glibc
import Kafka
import Lantern
import Logging
import Projections
import Records
import Redis
import System
import Worker

/// Everything at once: servers, events, worker, and the check at the end.
struct Demo {
    let options: DemoCommand
    /// The embedded broker keeps 5 MiB or 100,000 records a partition; half of that is about 10,000 of these events in each of
    /// eight.
    static let embeddedLead = 40_000

    func run() -> ExitCode {
        if unsafe access(options.configPath, R_OK) != 0, options.configPath == DemoCommand.defaultConfig {
            return Console.fail(
                "the demo's file \(DemoCommand.defaultConfig) is not in this directory: run `lantern demo` in a checkout of "
                    + "Lantern, or name the file with --config FILE", .usage)
        }
        do {
            // A second Ctrl-C must still end the private server.
            let signals = try SignalPipe(secondKills: false)
            let redis = try options.redis == nil ? PrivateRedis() : nil
            defer { redis?.stop() }
            let broker = try options.kafka == nil ? MockCluster() : nil
            let kafkaAddress = options.kafka ?? broker?.bootstrapServers ?? ""
            try makeTopics(broker, kafkaAddress)
            var environment = ProcessInfo.processInfo.environment
            environment["KAFKA"] = kafkaAddress
            environment["REDIS"] = options.redis ?? redis?.url
            let configuration = try Configuration.load(path: options.configPath, environment: environment)
            if options.showsRebuild {
                let changed = try Configuration.load(path: changedPath, environment: environment)
                return try RebuildDemo(
                    before: configuration, after: changed, isEmbedded: broker != nil, events: options.events,
                    rate: options.rate
                ).run(signals)
            }
            return try show(configuration, signals, isEmbedded: broker != nil)
        } catch let error as ConfigurationError {
            Console.messages.write(error.description + "\n")
            return .usage
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// The changed file is beside the file.
    private var changedPath: String {
        let folder = options.configPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (folder + ["changed.yaml"]).joined(separator: "/")
    }

    private func makeTopics(_ broker: MockCluster?, _ address: String) throws {
        let topics = [("orders", 8), ("customers", 4)]
        if let broker {
            for (name, count) in topics { try broker.createTopic(name, partitions: count) }
            return
        }
        var admin = try Admin(properties: [("bootstrap.servers", address)], clientID: "lantern-demo")
        for (name, count) in topics { try makeTopic(name, count, address, &admin) }
    }

    private func makeTopic(_ name: String, _ count: Int, _ address: String, _ admin: inout Admin) throws {
        let settings = name == "customers" ? [("cleanup.policy", "compact")] : []
        guard try Self.exists(name, count, settings, &admin) else { return }
        let found = try admin.partitionCounts(of: [name], timeoutMilliseconds: 10_000)
        let partitions = (0..<found[0]).map { Int32($0) }
        let ranges = try admin.ranges(topic: name, partitions: partitions, timeoutMilliseconds: 10_000)
        guard ranges.allSatisfy({ $0.end == 0 }) else {
            throw WorkerError(
                .refused,
                "topic \(name) at \(address) exists and is not empty: the demo produces events of its own and leaves yours "
                    + "alone. Use another Kafka, or delete the topic.")
        }
    }

    /// Creates the topic; true if it was there already.
    private static func exists(
        _ name: String, _ count: Int, _ settings: [(String, String)], _ admin: inout Admin
    ) throws(KafkaError) -> Bool {
        do throws(KafkaError) {
            try admin.createTopic(name, partitions: count, settings: settings, timeoutMilliseconds: 10_000)
            return false
        } catch {
            if error.code == .topicExists { return true }
            throw error
        }
    }

    /// The embedded broker needs three seconds for a group, and replies to a waiting fetch only when its time is up.
    static func adjustToEmbedded(_ settings: inout ProjectionSettings) {
        settings.fixed = .all
        settings.asksForTopicSettings = false
        settings.kafka.append(("fetch.wait.max.ms", "20"))
    }

    private func show(_ configuration: Configuration, _ signals: SignalPipe, isEmbedded: Bool) throws -> ExitCode {
        var log = Log(configuration.log, on: Console.messages)
        log.level = .error
        let session = WorkerSession(configuration, log: log) { settings in
            if isEmbedded { Self.adjustToEmbedded(&settings) }
        }
        let runners = session.projections
        let projected: @Sendable () -> Int = {
            // What the checkpoints say, not what was folded.
            runners.flatMap { $0.snapshots.flatMap(\.partitions) }.reduce(0) { $0 + Int(max(0, $1.next)) }
        }
        try session.start()
        let generator = DemoGenerator(
            total: options.events, rate: options.rate, lead: isEmbedded ? Self.embeddedLead : nil, projected: projected)
        try generator.start(properties: configuration.kafka.map { ($0.name, $0.value) })
        Console.messages.write(
            "Redis: \(configuration.redis)   Kafka: \(isEmbedded ? "embedded" : options.kafka ?? "")\n")
        var display = ProgressDisplay(Console.messages)
        var rate = RateMeter()
        var interruptions = 0
        let started = Clock.milliseconds()
        var finished = started
        let end = session.run(untilEnd: false, signals: nil) { now in
            // Ctrl-C ends what is produced, and a second one what is projected; SIGTERM ends both.
            while let signal = signals.next() {
                interruptions += signal == .terminate ? 2 : 1
                generator.stop()
            }
            let done = projected()
            let produced = generator.produced
            let line = ProgressLine(
                "events", done: Int64(done), total: options.events.map { Int64($0) },
                fields: [
                    ("", HumanNumber.rate(rate.update(done, now))),
                    ("lag", HumanNumber.count(Double(max(0, produced - done)))),
                    ("behind", rate.behind(produced - done)),
                ])
            display.show(line, at: now)
            finished = now
            return interruptions < 2 && !(generator.hasEnded && done >= produced)
        }
        display.clear()
        if case .failed(let error) = end { return ErrorReport.explain(error) }
        return try conclude(generator.progress, configuration, projected(), finished - started)
    }

    private func conclude(
        _ progress: DemoGenerator.Progress, _ configuration: Configuration, _ projected: Int, _ milliseconds: Int64
    ) throws -> ExitCode {
        if let failure = progress.failure { return Console.fail("the generator failed: \(failure)", .failed) }
        let seconds = Double(max(milliseconds, 1)) / 1_000
        Console.print(
            "\(HumanNumber.grouped(Int64(projected))) of \(HumanNumber.grouped(Int64(progress.produced))) events projected, \(HumanNumber.rate(Double(projected) / seconds))"
        )
        var redis = try RedisConnection.open(RedisOptions(configuration, clientName: "lantern-demo"))
        guard progress.hasEnded, projected == progress.produced else {
            return Console.fail("interrupted before all was projected: nothing to compare", .failed)
        }
        var rows = progress.rows
        for prefix in ["order:", "customer-revenue:", "customer:"] {
            guard let key = rows.hashes.keys.lazy.filter({ $0.hasPrefix(prefix) }).min() else { continue }
            if let row = try Row(Array(key.utf8), kind: .hash, &redis) { Console.output.write(row.text) }
        }
        Console.print("customers:by-revenue, the top of \(rows.revenue.count)")
        if let board = try Row(Array("customers:by-revenue".utf8), kind: .sortedSet, limit: 5, &redis) {
            for field in board.fields { Console.print("  \(field.name)  \(field.value) cents") }
        }
        let differences = try rows.differences(&redis)
        guard differences.isEmpty else {
            for difference in differences.prefix(20) { Console.print(difference) }
            return Console.fail("\(differences.count) differences from the independent fold", .failed)
        }
        Console.print(
            "every one of \(HumanNumber.grouped(Int64(rows.keyCount))) keys equals an independent fold of what was produced"
        )
        return .done
    }
}

/// Events a second over the last seconds.
private struct RateMeter {
    private var samples: [(done: Int, at: Int64)] = []
    private var rate = 0.0

    mutating func update(_ done: Int, _ now: Int64) -> Double {
        samples.append((done, now))
        if samples.count > 20 { samples.removeFirst() }
        if let first = samples.first, now > first.at {
            rate = Double(done - first.done) * 1_000 / Double(now - first.at)
        }
        return rate
    }

    /// How old what readers see is: the lag at this rate.
    func behind(_ lag: Int) -> String {
        lag <= 0 ? "0 ms" : rate > 0 ? HumanNumber.duration(milliseconds: Int64(Double(lag) / rate * 1_000)) : "-"
    }
}
