import FakeRegistry
import Foundation
import Kafka
import KafkaServer
import Oracle
import RedisServer
import Testing

extension SystemTests {
    /// The program with a schema registry that comes and goes.
    @Suite(.serialized) struct `Avro and its registry` {
        /// The field that each schema has beside `id`: under schema 2 and 3.
        private static func schema(_ id: Int) -> String {
            let fields = [#"{"name":"id","type":"string"}"#, #"{"name":"n\#(id)","type":"long"}"#]
            return #"{"type":"record","name":"R","fields":[\#(fields.joined(separator: ","))]}"#
        }

        /// A record of schema 2 or 3: `number` is below 64.
        private static func value(_ schema: UInt8, _ id: String, _ number: UInt8) -> [UInt8] {
            [0, 0, 0, 0, schema, UInt8(id.utf8.count * 2)] + Array(id.utf8) + [number * 2]
        }

        private func configure(
            _ servers: String, _ topic: String, _ redis: RedisServer, _ registry: String, _ version: Int
        )
            throws -> String
        {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(topic)-\(version).yaml").path
            // The second version reads what the first one did not.
            let fields = version == 1 ? "a: $.n2?" : "a: $.n2?, b: $.n3?"
            try """
            kafka: { bootstrap.servers: "\(servers)", session.timeout.ms: 6000 }
            redis: \(redis.url)
            registry: \(registry)
            worker: { partitions: all }
            projections:
              p:
                version: \(version)
                topics: { \(topic): { encoding: avro, key: $.id } }
                views: { row: { hash: "row:{id}", events: { "*": { set: { id: $.id, \(fields) } } } } }

            """.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        private func rows(_ redis: RedisServer, _ database: Int) throws -> [String: [String: String]] {
            let reader = try RedisReader(.tcp("127.0.0.1", redis.port))
            _ = try reader.command("SELECT", "\(database)")
            guard case .array(let keys) = try reader.command("KEYS", "row:*") else { return [:] }
            var rows: [String: [String: String]] = [:]
            for case .text(let key) in keys {
                let name = String(decoding: key, as: UTF8.self)
                guard case .array(let parts) = try reader.command("HGETALL", name) else { continue }
                let texts = parts.map { part in
                    if case .text(let text) = part { String(decoding: text, as: UTF8.self) } else { "" }
                }
                for index in stride(from: 0, to: texts.count - 1, by: 2) {
                    rows[name, default: [:]][texts[index]] = texts[index + 1]
                }
            }
            return rows
        }

        @Test func `a rebuild needs no registry: all schemas that live has read are in Redis`() throws {
            let registry = try FakeRegistry { path, _ in
                switch path {
                case "/schemas/ids/2": FakeRegistry.schema(Self.schema(2))
                case "/schemas/ids/3": FakeRegistry.schema(Self.schema(3))
                default: .noSchema
                }
            }
            let servers = try Stage.kafka().bootstrapServers
            let topic = "avro-\(UInt32.random(in: 0...(.max)))"
            var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
            try admin.createTopic(topic, partitions: 2, settings: [], timeoutMilliseconds: 60_000)
            var producer = try Producer(
                properties: [("bootstrap.servers", servers), ("linger.ms", "5")], clientID: "system-tests")
            var expected: [String: [String: String]] = [:]
            func send(_ number: Int, _ schema: UInt8) throws {
                let id = "k\(number % 40)"
                try producer.produce(
                    topic: topic, partition: Int32(number % 40 % 2), key: Array(id.utf8),
                    value: Self.value(schema, id, UInt8(number % 64)))
                expected["row:\(id)", default: ["id": id]][schema == 2 ? "a" : "b"] = "\(number % 64)"
            }
            for number in 0..<2_000 { try send(number, number % 3 == 0 ? 3 : 2) }
            try producer.flush(timeoutMilliseconds: 60_000)
            let redis = try RedisServer()
            func run(_ arguments: [String]) throws -> WorkerProcess {
                let name = "\(topic)-\(UInt32.random(in: 0...(.max))).log"
                return try WorkerProcess(
                    arguments, logPath: FileManager.default.temporaryDirectory.appendingPathComponent(name).path)
            }
            let first = try configure(servers, topic, redis, registry.url, 1)
            let live = try run(["run", "--config", first, "--until-end"])
            #expect(try live.exitCode() == 0, "\(live.log)")
            #expect(try rows(redis, 0) == expected.mapValues { $0.filter { $0.key != "b" } })
            #expect(registry.paths.sorted() == ["/schemas/ids/2", "/schemas/ids/3"], "each is asked for once")
            registry.close()

            let second = try configure(servers, topic, redis, registry.url, 2)
            let build = try run(["rebuild", "--config", second, "--until-caught-up"])
            #expect(try build.exitCode() == 0, "\(build.log)")
            #expect(try rows(redis, 15) == expected)
            let promotion = try run(["promote", "--config", second])
            #expect(try promotion.exitCode() == 0, "\(promotion.log)")
            #expect(try rows(redis, 0) == expected)
            // What was live goes, and its schemas with it: those of the promoted build are its own.
            let drop = try run(["drop", "--config", second, "--yes"])
            #expect(try drop.exitCode() == 0, "\(drop.log)")
            for number in 2_000..<2_100 { try send(number, 3) }
            try producer.flush(timeoutMilliseconds: 60_000)
            let later = try run(["run", "--config", second, "--until-end"])
            #expect(try later.exitCode() == 0, "\(later.log)")
            #expect(try rows(redis, 0) == expected)
        }
    }
}
