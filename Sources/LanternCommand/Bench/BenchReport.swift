import CommandLine

/// Where the time of one projection went.
struct BenchReport: Encodable {
    /// Microseconds an event, and how many events a second it could do if it were alone.
    struct Stage: Encodable {
        let microseconds: Double
        let eventsPerSecond: Double

        init(_ seconds: Double, _ events: Int) {
            microseconds = events > 0 ? (seconds / Double(events) * 1e9).rounded() / 1e3 : 0
            eventsPerSecond = seconds > 0 ? (Double(events) / seconds).rounded() : 0
        }
    }

    var projection: String
    var events = 0
    /// Keys and values together.
    var bytes = 0
    /// Events that would be parked, and why the first one would.
    var bad = 0
    var firstReason: String?
    var isInterrupted = false
    var rows = 0
    var transactions = 0
    var commands = 0
    /// Redis's first error reply to the changes.
    var refusal: String?
    /// The lane's thread: taking records, waiting included.
    var kafka = Stage(0, 0)
    /// The rest of the process meanwhile: librdkafka's threads.
    var kafkaThreads = Stage(0, 0)
    var decode = Stage(0, 0)
    /// Fold, coalesce and encode.
    var fold = Stage(0, 0)
    /// From the first byte sent until everything is answered.
    var redis = Stage(0, 0)
    /// What the server's own processor time was for it.
    var redisServer = Stage(0, 0)

    /// What bounds a lane, in which Redis works while the next batch is taken, decoded and folded.
    var bound: (name: String, microseconds: Double) {
        let own = kafka.microseconds + decode.microseconds + fold.microseconds
        return own > redis.microseconds ? ("Kafka, decode and fold", own) : ("Redis", redis.microseconds)
    }

    private enum CodingKeys: String, CodingKey {
        case projection, events, bytes, bad, firstReason, isInterrupted, rows, transactions, commands, refusal
        case kafka, kafkaThreads, decode, fold, redis, redisServer
    }

    var text: String {
        guard events > 0 else { return "\(projection): the topics are empty: nothing was measured\n" }
        var lines = [
            "\(projection): \(HumanNumber.grouped(Int64(events))) events of \(bytes / events) bytes"
                + (isInterrupted ? ", interrupted" : "")
        ]
        func line(_ name: String, _ stage: Stage, _ note: String = "") {
            let time = Self.number(stage.microseconds, 3)
            let rate = HumanNumber.grouped(Int64(stage.eventsPerSecond))
            lines.append("  " + Self.right(name, 8, left: true) + Self.right(time, 10) + Self.right(rate, 16) + note)
        }
        lines.append("  " + Self.right("", 8) + Self.right("us/event", 10) + Self.right("events/s alone", 16))
        line("Kafka", kafka, "  and \(Self.number(kafkaThreads.microseconds, 3)) in librdkafka's threads")
        line("decode", decode)
        line("fold", fold)
        let coalescing = Double(commands) / Double(events)
        line(
            "Redis", redis,
            "  \(Self.number(redisServer.microseconds, 3)) of it in the server; \(Self.number(coalescing, 2)) commands per event, "
                + "\(commands / max(1, transactions)) per transaction")
        if bound.microseconds > 0 {
            lines.append(
                "  A lane folds while Redis works: about \(HumanNumber.grouped(Int64(1e6 / bound.microseconds))) events/s, "
                    + "limited by \(bound.name)")
        }
        if bad > 0 { lines.append("  \(HumanNumber.grouped(Int64(bad))) would be parked: \(firstReason ?? "")") }
        if let refusal { lines.append("  Redis refused some changes: \(refusal)") }
        lines.append("  \(HumanNumber.grouped(Int64(rows))) scratch rows were removed")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func right(_ text: String, _ width: Int, left: Bool = false) -> String {
        let room = String(repeating: " ", count: max(0, width - text.count))
        return left ? text + room : room + text
    }

    private static func number(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 3 ? 1_000.0 : 100.0
        let whole = Int((value * scale).rounded())
        let fraction = String(whole % Int(scale))
        return "\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
