import BenchmarkEvents
import Bytes
import Foundation
import Kafka

/// Orders at a steady rate; every fiftieth is a probe, an order of its own name, whose acknowledgement is timed.
///
/// The file has a line a probe: its number and when it was acknowledged, in nanoseconds of CLOCK_MONOTONIC.
struct PacedLoad {
    let brokers: String
    let topic: String
    let rate: Int
    let seconds: Int

    func run(file: URL) throws {
        var producer = try Producer(
            properties: [
                ("bootstrap.servers", brokers), ("linger.ms", "1"), ("partitioner", "murmur2_random"),
                ("compression.type", "lz4"),
            ], clientID: "benchmark")
        producer.keepsAcknowledgements = true
        let lines = try RowFile(file)
        var random = Randomness()
        var key = ByteBuffer()
        var value = ByteBuffer(capacity: 1024)
        let clock = ContinuousClock()
        let start = clock.now
        let at = Array(timeText(Int(Date().timeIntervalSince1970)).utf8)
        var sent = 0
        let total = rate * seconds
        var acknowledged = 0
        while acknowledged < total {
            let elapsed = start.duration(to: clock.now)
            guard elapsed < .seconds(seconds + 30) else { throw ToolError("\(acknowledged) of \(total) acknowledged") }
            let microseconds =
                Int(elapsed.components.seconds) * 1_000_000
                + Int(elapsed.components.attoseconds / 1_000_000_000_000)
            let due = min(total, rate * microseconds / 1_000_000)
            while sent < due {
                let isProbe = sent % 50 == 0
                let event = OrderEvent(
                    order: isProbe ? sent / 50 : random.below(200_000), customer: random.below(1_000), kind: .placed,
                    total: 100 + random.below(100_000), sku: random.below(5_000), second: 0, at: at)
                value.removeAll()
                event.write(to: &value, orderPrefix: isProbe ? "p-" : "o-")
                key.removeAll()
                key.append(isProbe ? "p-" : "o-")
                key.append(decimal: Int64(event.order))
                try producer.produce(topic: topic, key: key.span, value: value.span, tag: isProbe ? event.order + 1 : 0)
                sent += 1
            }
            producer.poll(timeoutMilliseconds: sent < total ? 1 : 50)
            for acknowledgement in producer.takeAcknowledgements() {
                acknowledged += 1
                guard acknowledgement.tag > 0 else { continue }
                try lines.add("\(acknowledgement.tag - 1) \(acknowledgement.nanoseconds)")
            }
        }
        try lines.close()
    }
}
