import Configuration
import FakeRegistry
import Foundation
import Formats
import Kafka
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import Testing

@testable import Registry
@testable import Worker

/// A whole worker on Avro, with librdkafka's embedded cluster, a real Redis and a registry that does as it is told.
@Suite(.serialized) struct AvroWorkerTests {
    private static let order =
        #"{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#
    private static let key = #"{"type":"record","name":"Key","fields":[{"name":"id","type":"string"}]}"#

    private func value(_ schema: UInt8, _ id: String, cents: UInt8) -> [UInt8] {
        [0, 0, 0, 0, schema, UInt8(id.utf8.count * 2)] + Array(id.utf8) + [2, cents, 0]
    }

    private func key(_ id: String) -> [UInt8] { [0, 0, 0, 0, 1, UInt8(id.utf8.count * 2)] + Array(id.utf8) }

    private func plan() throws -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: "-" }
            redis: redis://localhost
            registry: http://localhost
            projections:
              p:
                version: 1
                topics:
                  orders: { encoding: avro, key: [$.id] }
                  payments:
                    encoding: protobuf
                    key: $.id
                    descriptors: "base64:CkAKCnNob3AucHJvdG8SBHNob3AiJAoHUGF5bWVudBIKCgJpZBgBIAEoCRINCgVjZW50cxgCIAEoA2IGcHJvdG8z"
                    message: shop.Payment
                views:
                  order: { hash: "order:{id}", from: orders, events: { "*": { set: all }, tombstone: delete } }
                  payment: { hash: "payment:{id}", from: payments, events: { "*": { set: all } } }
                  sum: { counter: "sum", from: orders, events: { "*": { increment: { value: $.total, scale: 2 } } } }
            """
        return try #require(Configuration.parse(text: text).projections.first)
    }

    @Test func `Avro events become views, whatever the registry does meanwhile`() throws {
        let server = try RedisServer()
        let cluster = try MockCluster()
        try cluster.createTopic("orders", partitions: 2)
        try cluster.createTopic("payments", partitions: 1)
        let kafka = [("bootstrap.servers", cluster.bootstrapServers)]
        var producer = try Producer(properties: kafka + [("linger.ms", "1")], clientID: "test")
        let address = try RedisAddress(server.url)
        let home = RedisOptions(
            address: address, connectTimeoutMilliseconds: 10_000, commandTimeoutMilliseconds: 10_000, replyLimits: .none
        )
        let (orderSchema, keySchema) = (Self.order, Self.key)
        // Schema 3 is not given: the first request gets no answer, the others a refusal.
        let isAsked = Mutex(false)
        let registry = try FakeRegistry { path, _ in
            switch path {
            case "/schemas/ids/3"
            where !isAsked.withLock({ asked in
                defer { asked = true }
                return asked
            }):
                .silent
            case "/schemas/ids/1": FakeRegistry.schema(keySchema)
            case "/schemas/ids/2": FakeRegistry.schema(orderSchema)
            case "/schemas/ids/4": .noSchema
            default: FakeRegistry.Reply(503)
            }
        }
        let plan = try plan()
        let keys = KeySpace(projection: "p")
        var options = RegistryOptions(url: registry.url)
        options.milliseconds = 500
        options.shortestPause = 50
        options.longestPause = 100
        var settings = ProjectionSettings(
            plan: plan, fingerprint: "f", kafka: kafka + [("fetch.wait.max.ms", "20")], redis: home)
        settings.fixed = .all
        settings.lanes = 3
        settings.asksForTopicSettings = false
        // What waits for a schema goes on when that comes: these pauses would never end.
        settings.adjust = { ($0.backOffFirst, $0.backOffLast) = (600_000, 600_000) }
        let stores = Mutex(0)
        let runner = ProjectionRunner(
            settings: settings,
            makeProjectors: { [options] generation in
                stores.withLock { $0 += 1 }
                let keeper = StoredSchemas(
                    keys, home: home, finder: generation.finder, of: generation.identifier, in: generation.database)
                let store = SchemaStore(
                    options, keeper: keeper, changed: generation.schemasChanged, report: { _ in })
                return { makeProjector(plan, schemas: store) }
            }, log: { _ in })
        _ = try runner.start()
        func send(_ partition: Int32, _ id: String, _ value: [UInt8]?) throws {
            try producer.produce(topic: "orders", partition: partition, key: key(id), value: value)
        }
        // Partition 1 waits for schema 3, partition 0 goes on.
        try send(0, "a", value(2, "a", cents: 5))
        try send(1, "b", value(3, "b", cents: 7))
        for number in 0..<20 { try send(0, "c\(number)", value(2, "c\(number)", cents: 1)) }
        // No such schema: bad, and only its key waits.
        try send(0, "d", value(4, "d", cents: 1))
        // Not in a frame.
        try send(0, "e", Array("{}".utf8))
        try send(0, "a", nil)
        try producer.produce(
            topic: "payments", partition: 0, key: Array("p".utf8),
            value: [0x0A, 1, UInt8(ascii: "p"), 0x10, 0xAC, 0x02])
        try producer.flush(timeoutMilliseconds: 30_000)
        var redis = try RedisConnection.open(home)
        func waits(_ what: String, _ condition: () throws -> Bool) throws {
            let end = Date().addingTimeInterval(60)
            while try !condition(), Date() < end { usleep(10_000) }
            #expect(try condition(), "\(what)")
        }
        func next(_ partition: Int32) throws -> Int64 {
            let text = try redis.command("GET", keys.checkpoint("orders", partition)).bytes
            return text.flatMap { Checkpoint(text: $0) }?.next ?? -1
        }
        try waits("partition 0 is read") { try next(0) == 24 }
        #expect(try redis.command("GET", "sum").text == "25")
        #expect(try redis.command("EXISTS", "order:a").integer == 0, "the tombstone's Avro key names the row")
        let row = try redis.command("HGETALL", "order:c3").elements?.compactMap(\.text) ?? []
        #expect(row.sorted() == ["0.01", "1970-01-01T00:00:00.000Z", "at", "c3", "id", "total"])
        #expect(try redis.command("HLEN", keys.parked("orders", 0)).integer == 2)
        #expect(try next(1) <= 0)
        try waits("a payment is read") { try redis.command("HGET", "payment:p", "cents").text == "300" }
        let record = try redis.command("GET", keys.generation).text.flatMap { GenerationRecord(text: $0) }
        try waits("what it waits for is shown") {
            try redis.command("HGET", keys.about, About.state(record?.identifier ?? "", "orders", 1)).text
                == "refused the registry at \(registry.url) answered 503 to a request for schema 3"
        }
        registry.answer { _, _ in FakeRegistry.schema(orderSchema) }
        try waits("partition 1 is read") { try next(1) == 1 }
        #expect(try redis.command("HGET", "order:b", "total").text == "0.07")
        // Three schemas, and the one of the keys.
        #expect(try redis.command("HLEN", keys.schemas).integer == 4)
        #expect(stores.withLock { $0 } == 1, "one for all lanes")
        runner.stop()
        try waits("it ends") { runner.hasEnded }
        registry.close()
    }
}
