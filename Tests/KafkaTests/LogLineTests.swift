import Testing

@testable import Kafka

/// librdkafka's own log lines.
@Suite struct LogLineTests {
    @Test func `a line arrives with its severity`() throws {
        var consumer = try makeConsumer("127.0.0.1:1", topics: ["t"])
        var seen = Seen()
        var lines: [KafkaLogLine] = []
        let end = milliseconds() + 60_000
        while !lines.contains(where: { $0.facility == "FAIL" }), milliseconds() < end {
            while take(&consumer, into: &seen) {}
            lines += consumer.takeLogLines()
            _ = waits(consumer.wakeDescriptor, milliseconds: 100)
        }
        let refused = try #require(lines.first { $0.facility == "FAIL" }, "\(lines)")
        #expect(refused.level == 3 && refused.text.contains("127.0.0.1:1"), "\(refused)")
    }

    @Test func `lines beyond the limit are counted, and the next look begins anew`() {
        let lines = LogLines()
        let line = KafkaLogLine(level: 6, facility: "F", text: "t")
        for _ in 0..<LogLines.limit + 7 { lines.append(line) }
        let taken = lines.take()
        #expect(taken.count == LogLines.limit + 1 && taken[0] == line)
        #expect(taken.last?.level == 4 && taken.last?.text.hasPrefix("7 further lines") == true)
        lines.append(line)
        #expect(lines.take() == [line])
        #expect(lines.take() == [])
    }
}
