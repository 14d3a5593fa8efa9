import Foundation
import Testing

@testable import Logging
@testable import System

@Suite struct `Log lines` {
    private func line(_ message: String, _ fields: [LogField] = []) -> LogLine {
        LogLine(level: .info, message: message, fields: fields, time: 1_767_225_600_007)
    }

    private func object(_ line: LogLine) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: Any])
    }

    @Test func `a line of JSON has time, level, message and typed metadata`() {
        let text = line(
            "assigned",
            [LogField("topic", "orders"), LogField("partition", 3), LogField("lag", 0.5), LogField("all", true)]
        ).json
        let expected = """
            {"time":"2026-01-01T00:00:00.007Z","level":"info","message":"assigned","topic":"orders","partition":3,"lag":0.5,"all":true}

            """
        #expect(text == expected)
    }

    @Test func `whatever is logged, JSON is one line and reads back`() throws {
        let awkward = "a\"b\\c\nd\r\te\u{0}f\u{1B}[31m\u{7F}\u{85}\u{2028}ü😀"
        let line = line(awkward, [LogField(awkward, .text(awkward)), LogField("x", .number(.infinity))])
        #expect(line.json.utf8.count { $0 == 0x0A } == 1)
        #expect(!line.json.unicodeScalars.contains("\u{1B}"))
        let object = try object(line)
        #expect(object["message"] as? String == awkward)
        #expect(object[awkward] as? String == awkward)
        #expect(object["x"] as? String == "inf")
    }

    @Test func `metadata cannot take the place of the line's own names`() throws {
        let object = try object(line("m", [LogField("level", "forged"), LogField("a", 1), LogField("a", 2)]))
        #expect(object["level"] as? String == "info")
        #expect(object["level_"] as? String == "forged")
        #expect(object["a"] as? Int == 2)
    }

    @Test func `text cannot forge a second line or move the cursor`() {
        let text = line("bad\nline", [LogField("key", "x y\u{1B}[2J"), LogField("n", 7)]).text(hasColor: false)
        #expect(text == "2026-01-01T00:00:00.007Z info     bad\\x0Aline key=\"x y\\u001b[2J\" n=7\n")
    }

    @Test func `secrets are masked by name and in URLs`() {
        let fields = [
            LogField("sasl.password", "hunter2"), LogField("ssl.key.passphrase", "hunter2"),
            LogField("SASL_JAAS_CONFIG", "hunter2"), LogField("url", "rediss://lantern:hunter2@cache:6379/1"),
            LogField("other", "a redis://:hunter2@x, b redis://u:p:hunter2@@y"),
            LogField("password-file", "/run/secrets/r"),
        ]
        let line = line("cannot reach redis://u:hunter2@h", fields)
        for text in [line.json, line.text(hasColor: true)] {
            #expect(!text.contains("hunter2"), "\(text)")
            #expect(text.contains("rediss://lantern:***@cache:6379/1"))
            #expect(text.contains("/run/secrets/r"))
        }
        #expect(Redaction.redacted("redis://h:6379/0 at a@b") == "redis://h:6379/0 at a@b")
    }

    @Test func `colour stands only where it is welcome`() {
        #expect(line("m").text(hasColor: true).contains("\u{1B}[32m"))
        #expect(!line("m", [LogField("a", 1)]).text(hasColor: false).contains("\u{1B}"))
        #expect(!Device(1, environment: ["NO_COLOR": "1"]).hasColor)
    }

    @Test func `a level below the log's evaluates nothing`() {
        var evaluated = 0
        let log = Log(Device(descriptor: -1, isTerminal: false, hasColor: false), level: .warning)
        log.info("\({ evaluated += 1; return "x" }())")
        #expect(evaluated == 0)
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    }

    @Test func `lines of several threads never mix`() throws {
        let pipe = Pipe()
        let log = Log(
            Device(descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: false, hasColor: false),
            fields: [LogField("projection", "orders")])
        let reader = Thread.detached { pipe.fileHandleForReading.readDataToEndOfFile() }
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for index in 0..<50 { log.adding(["thread": .count(thread)]).info("line", ["index": .count(index)]) }
        }
        try pipe.fileHandleForWriting.close()
        let lines = reader.value().split(separator: 0x0A)
        #expect(lines.count == 400)
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            #expect(object["projection"] as? String == "orders")
        }
    }
}

extension Thread {
    /// What a thread computes, once it is done.
    final class Result: @unchecked Sendable {
        private var data = Data()
        private let done = DispatchSemaphore(value: 0)

        func set(_ data: Data) {
            self.data = data
            done.signal()
        }

        func value() -> Data {
            done.wait()
            return data
        }
    }

    static func detached(_ body: @escaping @Sendable () -> Data) -> Result {
        let result = Result()
        Thread.detachNewThread { result.set(body()) }
        return result
    }
}
