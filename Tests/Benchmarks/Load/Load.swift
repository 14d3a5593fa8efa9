import BenchmarkEvents
import Bytes
import Foundation
import Kafka

/// Makes the topic, produces the events (the same ones at every run, but for their times) and leaves the expected rows.
struct Load {
    let brokers: String
    let topic: String
    let kind: WorkloadKind
    let events: Int
    let keys: Int

    func run(partitions: Int, folder: URL) throws {
        var admin = try Admin(properties: [("bootstrap.servers", brokers)], clientID: "benchmark")
        try admin.createTopic(
            topic, partitions: partitions, settings: [("retention.ms", "-1")], timeoutMilliseconds: 20_000)
        var producer = try Producer(
            properties: [
                ("bootstrap.servers", brokers), ("linger.ms", "50"), ("batch.size", "500000"),
                ("compression.type", "lz4"), ("partitioner", "murmur2_random"),
                ("queue.buffering.max.messages", "500000"), ("queue.buffering.max.kbytes", "262144"),
            ], clientID: "benchmark")
        var expected = ExpectedRows(kind: kind, keys: keys)
        try produce(&producer, &expected)
        try producer.flush(timeoutMilliseconds: 120_000)
        guard producer.failedCount == 0, producer.acknowledgedCount == events else {
            throw ToolError("\(producer.acknowledgedCount) of \(events) events were acknowledged")
        }
        try expected.write { name in try RowFile(folder.appendingPathComponent("\(name).rows")) }
    }

    private func produce(_ producer: inout Producer, _ expected: inout ExpectedRows) throws {
        var random = Randomness()
        let law = kind == .skewed ? ZipfLaw(count: keys, exponent: 1.1) : nil
        var key = ByteBuffer()
        var value = ByteBuffer(capacity: 2048)
        // Their times are spread over the hour that ended a minute ago.
        let start = Int(Date().timeIntervalSince1970) - 3_660
        var second = -1
        var at: [UInt8] = []
        for number in 0..<events {
            let now = start + number * 3_600 / events
            if now != second {
                second = now
                at = Array(timeText(now).utf8)
            }
            let event = draw(number, law, &random, second: second, at: at)
            value.removeAll()
            switch kind {
            case .orders, .skewed, .counters: event.write(to: &value)
            case .documents: Document.write(event, version: number, &random, to: &value)
            case .debezium: event.writeChange(isFirst: number < keys, transaction: number, to: &value)
            case .avro: event.writeAvro(schema: 1, to: &value)
            case .avro100: event.writeAvro(schema: 1 + number % 100, to: &value)
            case .protobuf: event.writeProtobuf(to: &value)
            }
            key.removeAll()
            if kind == .debezium {
                event.writeChangeKey(to: &key)
            } else {
                key.append(kind == .counters ? "c-" : "o-")
                key.append(decimal: Int64(kind == .counters ? event.customer : event.order))
            }
            expected.add(event, value: value.span)
            try producer.produce(topic: topic, key: key.span, value: value.span)
            if number & 1023 == 0 { producer.poll() }
        }
    }

    private func draw(
        _ number: Int, _ law: ZipfLaw?, _ random: inout Randomness, second: Int, at: [UInt8]
    ) -> OrderEvent {
        let order: Int
        if let law {
            order = law.draw(&random)
        } else if kind == .counters {
            order = random.below(1_000_000)
        } else {
            // Every key once, so that their number is exact.
            order = number < keys ? number : random.below(keys)
        }
        let kinds: [OrderEvent.Kind] = [.placed, .paid, .shipped, .delivered]
        let isDeleted = random.below(20) == 0
        return OrderEvent(
            order: order, customer: random.below(kind == .counters ? keys : 10_000),
            kind: isDeleted ? .deleted : kinds[random.below(4)], total: 100 + random.below(100_000),
            sku: random.below(5_000), second: second, at: at)
    }
}
