import Bytes
import Foundation
import Kafka

/// Orders for a rebuild: so many at once, and then, from the word `go` on stdin until stdin ends, at a steady rate.
///
/// Every fiftieth of the latter is a probe, an order of its own name whose acknowledgement is timed (see ``PacedLoad``). In the
/// end the folder has the probes, and what the views must hold.
struct StreamedLoad {
    let brokers: String
    let topic: String
    let events: Int
    let keys: Int
    let partitions: Int
    let rate: Int
    /// Partition 0 gets so many times as many events as each other one.
    let heavy: Int

    func run(folder: URL) throws {
        var admin = try Admin(properties: [("bootstrap.servers", brokers)], clientID: "benchmark")
        try admin.createTopic(
            topic, partitions: partitions, settings: [("retention.ms", "-1")], timeoutMilliseconds: 20_000)
        var producer = try Producer(
            properties: [
                ("bootstrap.servers", brokers), ("linger.ms", "1"), ("batch.size", "500000"),
                ("compression.type", "lz4"), ("queue.buffering.max.messages", "500000"),
                ("queue.buffering.max.kbytes", "262144"),
            ], clientID: "benchmark")
        var source = StreamedOrders(keys: keys)
        for number in 0..<events {
            try send(source.next(), &producer)
            if number & 1023 == 0 { producer.poll() }
        }
        try producer.flush(timeoutMilliseconds: 120_000)
        FileHandle.standardOutput.write(Data("loaded \(producer.acknowledgedCount)\n".utf8))
        guard readLine() == "go" else { return }
        let probes = try RowFile(folder.appendingPathComponent("probes"))
        try stream(&source, &producer, probes)
        try probes.close()
        try producer.flush(timeoutMilliseconds: 120_000)
        guard producer.failedCount == 0, producer.acknowledgedCount == source.made else {
            throw ToolError("\(producer.acknowledgedCount) of \(source.made) events were acknowledged")
        }
        try source.rows.write { name in try RowFile(folder.appendingPathComponent("\(name).rows")) }
        print("done", source.made)
    }

    private func send(_ order: borrowing StreamedOrders.Order, _ producer: inout Producer) throws {
        let slot = order.number % (heavy + partitions - 1)
        try producer.produce(
            topic: topic, partition: Int32(max(0, slot - heavy + 1)), key: order.key.span, value: order.value.span,
            tag: order.isProbe ? order.number + 1 : 0)
    }

    /// Until stdin ends.
    private func stream(_ source: inout StreamedOrders, _ producer: inout Producer, _ probes: RowFile) throws {
        producer.keepsAcknowledgements = true
        let clock = ContinuousClock()
        let start = clock.now
        var sent = 0
        while !hasEnded() {
            let elapsed = start.duration(to: clock.now).components
            let due = rate * (Int(elapsed.seconds) * 1_000 + Int(elapsed.attoseconds / 1_000_000_000_000_000)) / 1_000
            while sent < due {
                try send(source.next(isProbe: sent % 50 == 0), &producer)
                sent += 1
            }
            producer.poll(timeoutMilliseconds: 1)
            for acknowledgement in producer.takeAcknowledgements() where acknowledgement.tag > 0 {
                try probes.add("\(acknowledgement.tag - 1) \(acknowledgement.nanoseconds)")
            }
        }
    }

    private func hasEnded() -> Bool {
        var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }
}
