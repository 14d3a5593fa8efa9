import Configuration
import Lantern
import Projections
import Redis
import Testing

/// A program that has its projections in code takes the settings of a file, with the file's defaults and messages.
@Suite struct SettingsTests {
    private static let kafka = ["bootstrap.servers": "localhost:9092"]

    private func settings(
        worker: [String: String] = [:], limits: [String: String] = [:], log: [String: String] = [:],
        redis: [String: String] = ["url": "redis://localhost"]
    ) throws(ConfigurationError) -> Configuration {
        try Configuration.settings([
            "kafka": Self.kafka, "redis": redis, "worker": worker, "limits": limits, "log": log,
        ])
    }

    private func file(_ more: String) throws(ConfigurationError) -> Configuration {
        try Configuration.parse(
            text: """
                kafka: { bootstrap.servers: "localhost:9092" }
                redis: redis://localhost
                projections:
                  p: { version: 1, topics: [t], views: { v: { counter: "c", events: { "*": { increment: 1 } } } } }
                \(more)
                """)
    }

    @Test func `the defaults are those of a file`() throws {
        let settings = try settings()
        #expect(settings.limits == Limits() && settings.worker == WorkerSettings() && settings.log == LogSettings())
        #expect(settings.kafka.map(\.description) == ["bootstrap.servers=localhost:9092"])
        #expect(settings.projections.isEmpty)
    }

    @Test func `each setting is read as in a file`() throws {
        let limits = [
            "commands-per-transaction": "512", "bytes-per-transaction": "1MiB", "record-bytes": "2MiB",
            "key-bytes": "100", "parked-per-key": "7", "parked": "70", "reply-bytes": "8MiB", "connect-timeout": "1s",
            "command-timeout": "2s", "back-off-minimum": "3ms", "back-off-maximum": "4s", "revocation-deadline": "5s",
            "drain-deadline": "6s",
        ]
        let worker = ["lanes": "3", "instance-id": "a", "group": "g"]
        let log = ["level": "debug", "format": "json"]
        func yaml(_ map: [String: String]) -> String { map.map { "\($0): \($1)" }.joined(separator: ", ") }
        let expected = try file("limits: { \(yaml(limits)) }\nworker: { \(yaml(worker)) }\nlog: { \(yaml(log)) }")
        let settings = try settings(worker: worker, limits: limits, log: log)
        #expect(settings.limits == expected.limits && settings.limits != Limits())
        #expect(settings.worker == expected.worker && settings.log == expected.log)
        #expect(try self.settings(worker: ["partitions": "0-2,7"]).worker.partitions == .only([0, 1, 2, 7]))
    }

    @Test func `what Redis needs is read as in a file`() throws {
        let settings = try settings(redis: [
            "url": "rediss://localhost", "user": "u", "password-file": "p", "tls.ca": "ca.pem",
        ])
        #expect(settings.redis.user == "u" && settings.redis.passwordFile == "p")
        #expect(settings.redis.tls?.ca == "ca.pem")
    }

    @Test(arguments: [
        (["lanes": "0"], [:], "`lanes`"), (["lane": "1"], [:], "did you mean `lanes`?"),
        ([:], ["record-bytes": "100MiB"], "more than half of `reply-bytes`"), ([:], ["parked": "many"], "`parked`"),
    ])
    func `what is wrong is refused in the file's words`(
        worker: [String: String], limits: [String: String], words: String
    ) {
        let error = #expect(throws: ConfigurationError.self) { try settings(worker: worker, limits: limits) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `a program with wrong settings ends with 2`() {
        #expect(
            LanternProgram.run(
                Counted(), kafka: Self.kafka, redis: ["url": "redis://localhost"], limits: ["parked": "many"]) == 2)
        #expect(LanternProgram.run(Counted(), kafka: [:], redis: ["url": "nowhere"]) == 2)
    }

    private struct Counted: Projection {
        static let name = "counted", version = 1
        static let topics = [Topic("t")]
        let count = CounterView("count:{@key}")
        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {}
    }
}
