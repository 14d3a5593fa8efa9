import Foundation
import Kafka
import Logging
import Projections
import Redis
import System
import Testing

@testable import Worker

/// From librdkafka's log into Lantern's.
@Suite struct `Log lines of librdkafka` {
    private func written(_ level: LogLevel = .debug, _ body: (WorkerLog) throws -> Void) rethrows -> String {
        let pipe = Pipe()
        let device = Device(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: false, hasColor: false)
        try body(WorkerLog(Log(device, level: level)))
        try? pipe.fileHandleForWriting.close()
        return String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    }

    @Test(arguments: [
        (0, "error"), (3, "error"), (4, "warning"), (5, "notice"), (6, "info"), (7, "debug"),
    ])
    func `a severity of syslog becomes a level`(severity: Int32, level: String) {
        let text = written { $0.write(.kafkaLog(KafkaLogLine(level: severity, facility: "FAIL", text: "words"))) }
        #expect(text.contains("\"level\":\"\(level)\",\"message\":\"words\""), "\(text)")
        #expect(text.contains("\"from\":\"librdkafka\",\"facility\":\"FAIL\""), "\(text)")
    }

    @Test func `what the user's debug property asks for is in the worker's log`() throws {
        let workshop = try Workshop()
        let text = try written { log in
            let runner = workshop.debugging(log)
            _ = try runner.start()
            try workshop.send(key: "k", value: "{\"n\":1}")
            try workshop.flush()
            var redis = try workshop.connection()
            // Lines are taken once a second: after the second look there are some.
            #expect(try workshop.eventually { try workshop.next(&redis) == 1 && runner.snapshots[0].at > 0 })
            #expect(workshop.eventually { workshop.hasLogged })
            runner.stop()
            #expect(workshop.eventually { runner.hasEnded })
        }
        #expect(text.contains("\"level\":\"debug\""), "\(text.prefix(2_000))")
        #expect(text.contains("\"from\":\"librdkafka\""), "\(text.prefix(2_000))")
    }
}
