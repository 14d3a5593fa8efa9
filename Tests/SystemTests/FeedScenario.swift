import FeedServer
import Foundation
import Kafka
import KafkaServer
import Oracle
import RedisServer
import Testing

/// A database with two tables, its changes in Kafka, and views of them.
final class FeedScenario {
    /// How the connector writes its events.
    enum Mode: String, CaseIterable {
        /// As in deploy/feeds: decimals and times as text, no schemas.
        case plain
        /// The same with a schema in each event.
        case withSchemas
        /// As Kafka Connect and Debezium do it by default.
        case defaults
        /// In Avro, with Debezium's own defaults for decimals and times, whose meaning the schemas have.
        case avro

        var format: String {
            switch self {
            case .plain: "envelope: debezium"
            case .withSchemas, .defaults: "envelope: [connect, debezium]"
            case .avro: "encoding: avro, envelope: debezium"
            }
        }

        func common(_ registry: RegistryServer?) -> [String: String] {
            switch self {
            case .plain: return [:]
            case .withSchemas, .defaults:
                return ["key.converter.schemas.enable": "true", "value.converter.schemas.enable": "true"]
            case .avro:
                return [
                    "key.converter": "AvroConverter", "key.converter.registry.url": registry?.url ?? "",
                    "value.converter": "AvroConverter", "value.converter.registry.url": registry?.url ?? "",
                ]
            }
        }
    }

    static let partitions = 4
    let prefix: String
    let postgres: PostgresServer
    let redis: RedisServer
    let configuration: String
    private let mode: Mode
    private let kafka: KafkaServer
    private(set) var connect: ConnectServer?
    let registry: RegistryServer?
    private let folder: URL
    private var workers = 0

    init(_ mode: Mode) throws {
        self.mode = mode
        prefix = "feed\(UInt32.random(in: 0...UInt32.max))"
        kafka = try Stage.kafka()
        registry = mode == .avro ? try RegistryServer() : nil
        postgres = try PostgresServer()
        try postgres.sql("create database shop")
        redis = try RedisServer(options: ["--appendonly", "yes"])
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-\(prefix)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var admin = try Admin(properties: [("bootstrap.servers", kafka.bootstrapServers)], clientID: "system-tests")
        for table in ["t", "f"] {
            try admin.createTopic(
                "\(prefix).public.\(table)", partitions: Self.partitions, settings: [], timeoutMilliseconds: 60_000)
        }
        configuration = folder.appendingPathComponent("lantern.yaml").path
        try """
        kafka: { bootstrap.servers: "\(kafka.bootstrapServers)", session.timeout.ms: 6000 }
        redis: \(redis.url)
        \(registry.map { "registry: \($0.url)" } ?? "")
        worker: { partitions: all }
        projections:
          feed:
            version: 1
            topics:
              \(prefix).public.t: { \(mode.format), key: [$.id] }
              \(prefix).public.f: { \(mode.format), key: [$.id, $.k2] }
            views:
              t:
                from: \(prefix).public.t
                hash: "t:{id}"
                events: { row: { set: all }, delete: delete }
              f:
                from: \(prefix).public.f
                hash: "f:{id}:{k2}"
                events: { row: { set: { id: $.id, k2: $.k2, v: $.v, big: $.big } }, delete: delete }

        """.write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    deinit {
        if ProcessInfo.processInfo.environment["LANTERN_KEEP"] == nil {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    func startConnect() throws {
        var settings = [
            "slot.name": "lantern_feed", "topic.prefix": prefix, "table.include.list": "public.t,public.f",
            "topic.creation.default.partitions": "\(Self.partitions)",
            "topic.creation.default.cleanup.policy": "delete",
            "heartbeat.interval.ms": "1000",
        ]
        if mode == .defaults || mode == .avro {
            settings["decimal.handling.mode"] = "precise"
            settings["time.precision.mode"] = "adaptive"
        }
        connect = try ConnectServer(
            kafka: kafka.bootstrapServers, postgres: postgres, common: mode.common(registry),
            classPath: mode == .avro ? try RegistryServer.converterClasses() : [],
            connectors: [("orders.properties", settings)])
    }

    func run(_ options: [String] = []) throws -> WorkerProcess {
        workers += 1
        return try WorkerProcess(
            ["run", "--config", configuration] + options,
            logPath: folder.appendingPathComponent("worker-\(workers).log").path)
    }

    /// `lantern rebuild` of a raised version, until it has caught up.
    func rebuild() throws -> WorkerProcess {
        let changed = folder.appendingPathComponent("changed.yaml").path
        try String(contentsOfFile: configuration, encoding: .utf8).replacing("version: 1", with: "version: 2")
            .write(toFile: changed, atomically: true, encoding: .utf8)
        return try WorkerProcess(
            ["rebuild", "--config", changed, "--until-caught-up"],
            logPath: folder.appendingPathComponent("rebuild.log").path)
    }

    func sql(_ text: String) throws -> String { try postgres.sql(text, database: "shop") }

    /// The rows in Redis that differ from their SELECT, numbers compared as numbers, at most twenty.
    func differences(in database: Int = 0) throws -> [String] {
        let rows = try self.rows(in: database)
        let json = try String(
            decoding: JSONSerialization.data(
                withJSONObject: rows.map { ["key": $0.key, "f": $0.fields] as [String: Any] }),
            as: UTF8.self)
        let columns = Self.comparisons.map { column, text in
            // Connect's decimals have no NaN: Debezium makes it null.
            let isLossy = mode == .avro && column == "nfree"
            return "\(text) is not distinct from \(isLossy ? "nullif(t.nfree, 'NaN')" : "t.\(column)")"
        }.joined(separator: " and ")
        let found = try sql(
            """
            create temp table seen as select key, f from jsonb_to_recordset($seen$\(json)$seen$) as s(key text, f jsonb);
            select 't:' || coalesce(t.id::text, 'not in the table: ' || s.key) || ' ' || coalesce(s.f::text, 'not in Redis')
            from t full join (select * from seen where key like 't:%') s on s.key = 't:' || t.id
            where t.id is null or s.key is null or not ((f->>'id')::int = t.id and \(columns)) limit 20;
            select 'f:' || coalesce(f.id::text || ' ' || f.k2, s.key) || ' ' || coalesce(s.f::text, 'not in Redis')
            from f full join (select * from seen where key like 'f:%') s
                on (s.f->>'id')::int = f.id and s.f->>'k2' = f.k2
            where f.id is null or s.key is null or not (
                (s.f->>'v')::numeric is not distinct from f.v and s.f->>'big' is not distinct from f.big) limit 20;
            """)
        return found.split(separator: "\n").map { String($0.prefix(600)) }
    }

    /// How each column's text is read back, beside the column.
    private static let comparisons = [
        ("n102", "(f->>'n102')::numeric"), ("nfree", "(f->>'nfree')::numeric"), ("m::numeric", "(f->>'m')::numeric"),
        ("ts", "(f->>'ts')::timestamp"), ("ts3", "(f->>'ts3')::timestamp"), ("tstz", "(f->>'tstz')::timestamptz"),
        ("d", "rtrim(f->>'d', 'Z')::date"), ("tm", "rtrim(f->>'tm', 'Z')::time"), ("j", "(f->>'j')::jsonb"),
        ("big", "f->>'big'"), ("b", "(f->>'b')::boolean"), ("u", "(f->>'u')::uuid"),
        ("by", "decode(f->>'by', 'base64')"), ("f8", "(f->>'f8')::float8"),
        (
            "arr",
            "(select case when f ? 'arr' then array("
                + "select jsonb_array_elements_text((f->>'arr')::jsonb)::int) end)"
        ),
    ]

    /// The views' rows.
    func rows(in database: Int = 0) throws -> [(key: String, fields: [String: String])] {
        let reader = try RedisReader(.tcp("127.0.0.1", redis.port))
        _ = try reader.command("SELECT", "\(database)")
        guard case .array(let found) = try reader.command("KEYS", "[tf]:*") else { return [] }
        let keys: [[UInt8]] = found.compactMap { if case .text(let key) = $0 { key } else { nil } }
        let replies = try reader.pipeline(keys.map { [Array("HGETALL".utf8), $0] })
        return zip(keys, replies).map { key, reply in
            var fields: [String: String] = [:]
            if case .array(let parts) = reply {
                for index in stride(from: 0, to: parts.count - 1, by: 2) {
                    guard case .text(let name) = parts[index], case .text(let value) = parts[index + 1] else {
                        continue
                    }
                    fields[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                }
            }
            return (String(decoding: key, as: UTF8.self), fields)
        }
    }

    /// Waits until Connect has taken its first snapshot and stored that it has.
    ///
    /// Without that Debezium takes another one and goes on from there, and rows that were deleted in between never go: they stay in
    /// the topic, and so in Redis.
    func waitForFirstSnapshot(seconds: Double) throws -> Bool {
        guard try waitUntilEqual(seconds: seconds).isEmpty else { return false }
        // The changes that come now are none of the snapshot's, and are stored by the second time from here at the latest.
        _ = try sql("insert into t (id) values (-1);")
        guard try waitUntilEqual(seconds: seconds).isEmpty else { return false }
        for _ in 0..<2 {
            let before = connect?.offsetsStoredAt
            guard eventually(within: seconds, { connect?.offsetsStoredAt != before }) else { return false }
        }
        return true
    }

    /// Waits until every row equals its SELECT; what still differs when the time is over.
    func waitUntilEqual(seconds: Double) throws -> [String] {
        var last: [String] = []
        _ = eventually(within: seconds) {
            guard let found = try? differences() else { return false }
            last = found
            if !found.isEmpty { usleep(200_000) }
            return found.isEmpty
        }
        return last
    }
}
