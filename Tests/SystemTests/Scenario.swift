import Foundation
import Kafka
import KafkaServer
import Oracle
import RedisServer
import Testing

/// One test's topic, Redis and configuration, and the independent fold of what it produced.
final class Scenario {
    let projection: OracleProjection
    let topic: String
    let partitions: Int
    let redis: RedisServer
    let folder: URL
    private(set) var fold: OracleFold
    /// Records written to each partition.
    private(set) var written: [Int64]
    /// The first of them, for ``amend(removing:replacing:)``.
    private var events: [OracleEvent] = []
    private var producer: Producer
    private var workers = 0
    let servers: String

    /// Makes the topic and starts a Redis.
    ///
    /// - Parameters:
    ///   - projection: its first topic gets a new name.
    ///   - kafka: nil is the one that all tests share.
    ///   - other: another scenario's Redis; nil: one of its own.
    init(
        _ name: String, projection: OracleProjection = .orders, partitions: Int = 8, redis options: [String] = [],
        topic settings: [(String, String)] = [], kafka: KafkaServer? = nil, on other: RedisServer? = nil
    ) throws {
        topic = "\(name)-\(UInt32.random(in: 0...UInt32.max))"
        var projection = projection
        projection.topics[0].name = topic
        self.projection = projection
        self.partitions = partitions
        fold = OracleFold(projection)
        written = Array(repeating: 0, count: partitions)
        redis = try other ?? RedisServer(options: options)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-system-\(topic)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        servers = try (kafka ?? Stage.kafka()).bootstrapServers
        var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
        try admin.createTopic(topic, partitions: partitions, settings: settings, timeoutMilliseconds: 60_000)
        producer = try Producer(
            properties: [
                ("bootstrap.servers", servers), ("message.max.bytes", "63000000"), ("linger.ms", "5"),
                ("compression.type", "lz4"), ("queue.buffering.max.messages", "1000000"),
            ], clientID: "system-tests")
        // A leader may not know at once that it is one.
        _ = eventually(within: 180) { (try? logRanges()) != nil }
    }

    deinit {
        if ProcessInfo.processInfo.environment["LANTERN_KEEP"] == nil {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// The fold starts again, with one event gone and another replaced.
    func amend(removing removed: OracleEvent, replacing replacement: OracleEvent) {
        fold = OracleFold(projection)
        for event in events {
            if event.partition == removed.partition, event.offset == removed.offset { continue }
            let isReplaced = event.partition == replacement.partition && event.offset == replacement.offset
            _ = fold.take(isReplaced ? replacement : event)
        }
    }

    /// Which partition a key's events go to.
    func partition(of key: [UInt8]?) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in key ?? [] { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash >> 8) % partitions
    }

    /// Folds an event that someone else writes to the topic; it must not be a bad one.
    func foldOnly(key: [UInt8], value: [UInt8]) {
        let event = OracleEvent(
            topic: topic, partition: partition(of: key), offset: -1, timestamp: 0, key: key, value: value)
        _ = fold.take(event)
    }

    /// Writes one record and folds it.
    @discardableResult
    func send(
        key: [UInt8]?, value: [UInt8]?, headers: [OracleEvent.Header] = [], partition: Int? = nil,
        timestamp: Int = Int(Date().timeIntervalSince1970) * 1_000
    ) throws -> (event: OracleEvent, decision: OracleDecision) {
        let place = partition ?? self.partition(of: key)
        let event = OracleEvent(
            topic: topic, partition: place, offset: Int(written[place]), timestamp: timestamp, key: key,
            headers: headers, value: value)
        try producer.produce(
            topic: topic, partition: Int32(place), key: key, value: value,
            headers: headers.map { ($0.name, $0.value) }, timestamp: Int64(timestamp))
        written[place] += 1
        if events.count < 100_000 { events.append(event) }
        return (event, fold.take(event))
    }

    /// What another definition makes of all that was sent.
    func fold(
        as projection: OracleProjection, where isFolded: (OracleEvent) -> Bool = { _ in true }
    ) throws -> OracleFold {
        try #require(Int64(events.count) == written.reduce(0, +), "the first events alone are kept")
        var fold = OracleFold(projection)
        for event in events where isFolded(event) { _ = fold.take(event) }
        return fold
    }

    func send(_ count: Int, from source: inout OrderSource) throws {
        for _ in 0..<count {
            let order = source.next()
            try send(key: order.key, value: order.value)
        }
    }

    /// Waits until Kafka has all that was sent.
    func flush() throws {
        try producer.flush(timeoutMilliseconds: 120_000)
        try #require(producer.failedCount == 0, "Kafka refused records: \(producer.takeFailures())")
        // What the fold stands on: Kafka has exactly what was sent.
        let ranges = try logRanges()
        try #require(ranges.map(\.end) == written, "the log is not what was sent")
    }

    /// What Kafka says that the partitions hold.
    func logRanges() throws -> [LogRange] {
        var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
        return try admin.ranges(
            topic: topic, partitions: (0..<Int32(partitions)).map { $0 }, timeoutMilliseconds: 60_000)
    }

    /// Writes a configuration.
    ///
    /// - Parameters:
    ///   - kafka: lines under `kafka:`
    ///   - worker: what is behind `worker:`
    ///   - brokers: another address of Kafka than the server's own
    ///   - redis: another address than the server's own
    ///   - spare: the only databases that a build may take
    ///   - other: another definition than the scenario's
    func configure(
        _ name: String = "lantern", kafka: [String] = [], worker: String = "{ partitions: all }",
        brokers: String? = nil, redis url: String? = nil, spare: [Int]? = nil, as other: OracleProjection? = nil,
        more: [String] = []
    ) throws -> String {
        var text = OracleProjection.yaml([other ?? projection], kafka: brokers ?? servers, redis: url ?? redis.url)
        let extra = kafka.map { "  \($0)\n" }.joined()
        text = text.replacing("\nredis:", with: "\n\(extra)worker: \(worker)\nredis:")
        if let spare {
            let address = "\"\(url ?? redis.url)\""
            text = text.replacing("\nredis: \(address)", with: "\nredis: { url: \(address), spare: \(spare) }")
        }
        text += more.map { $0 + "\n" }.joined()
        let path = folder.appendingPathComponent("\(name).yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Starts `lantern run` on a configuration.
    func run(_ configuration: String, _ options: [String] = []) throws -> WorkerProcess {
        workers += 1
        return try WorkerProcess(
            ["run", "--config", configuration] + options,
            logPath: folder.appendingPathComponent("worker-\(workers).log").path)
    }

    /// What another command of `lantern` says, and its exit code.
    func lantern(_ arguments: [String]) throws -> (text: String, code: Int32) {
        workers += 1
        let process = try WorkerProcess(
            arguments, logPath: folder.appendingPathComponent("command-\(workers).log").path)
        let code = try process.exitCode()
        return (process.log, code)
    }
}
