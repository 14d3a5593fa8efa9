import Foundation
import KafkaServer
import Oracle
import Testing

extension SystemTests {
    /// Rights at Kafka that are missing, taken away and given back, on a broker that looks at them.
    @Suite(.serialized) struct `Rights at Kafka` {
        private static let user = [
            "security.protocol: SASL_PLAINTEXT", "sasl.mechanisms: PLAIN", "sasl.username: lantern",
            "sasl.password: secret",
        ]
        private static let group = [
            "--operation", "Read", "--group", "lantern-", "--resource-pattern-type", "prefixed",
        ]

        nonisolated(unsafe) private static let server = Result { try KafkaServer(isSecured: true) }

        private let kafka: KafkaServer
        private let scenario: Scenario
        private var source = OrderSource(seed: Stage.seed(), orders: 50)

        init() throws {
            kafka = try unsafe Self.server.get()
            scenario = try Scenario("rights", partitions: 2, kafka: kafka)
            try scenario.send(100, from: &source)
            try scenario.flush()
        }

        private var topic: [String] { ["--operation", "Read", "--topic", scenario.topic] }

        private func configure(worker: String = "{ partitions: all }") throws -> String {
            try scenario.configure(
                kafka: Self.user + ["session.timeout.ms: 6000", "heartbeat.interval.ms: 500"], worker: worker,
                brokers: kafka.securedServers)
        }

        /// Waits until `status` exits with that code and says so.
        private func expectStatus(_ path: String, _ code: Int32, _ words: String) throws {
            var last = ""
            let isSaid = try eventually(within: 120) {
                let status = try scenario.lantern(["status", "--config", path])
                last = "\(status.code): \(status.text)"
                return status.code == code && status.text.contains(words)
            }
            #expect(isSaid, "not \(code) with '\(words)': \(last)")
        }

        /// Runs deploy/kafka/acls for the scenario's topic, with Kafka's own tool from the installation.
        private func script(_ options: [String] = []) throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let tool = scenario.folder.appendingPathComponent("kafka-acls")
            let home = try #require(KafkaServer.home)
            try "exec java -XX:TieredStopAtLevel=1 -cp '\(home)/libs/*' org.apache.kafka.tools.AclCommand \"$@\"\n"
                .write(
                    to: tool, atomically: true, encoding: .utf8)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                [
                    "bash", root.appending(path: "deploy/kafka/acls").path, "--user", "lantern", "--topics",
                    scenario.topic,
                ]
                + options + ["--", "--bootstrap-server", kafka.bootstrapServers]
            process.environment = Stage.environment.merging(["KAFKA_ACLS": "sh \(tool.path)"]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        @Test func `what deploy/kafka/acls gives is enough for views, a rebuild and a promotion`() throws {
            try script()
            let path = try configure(worker: "{}")
            let bounded = try scenario.run(path, ["--until-end"])
            #expect(try bounded.exitCode() == 0, "\(bounded.log)")
            try expectStatus(path, 0, "caught-up")
            let changed = try scenario.configure(
                "changed", kafka: Self.user, worker: "{}", brokers: kafka.securedServers,
                as: scenario.changedProjection())
            for command in [["rebuild", "--until-caught-up"], ["promote"], ["drop", "--yes"]] {
                let answer = try scenario.lantern(command + ["--config", changed])
                #expect(answer.code == 0 && !answer.text.contains("lacks"), "\(command): \(answer.text)")
            }
            #expect(try scenario.differences(0, as: scenario.changedProjection()) == [])
            try script(["--remove"])
            let without = try scenario.run(changed)
            #expect(try without.exitCode() == 4, "\(without.log)")
            #expect(without.log.contains("lacks the right READ on topic \(scenario.topic)"), "\(without.log)")
        }

        /// Runs once to the end, over TLS.
        private func run(_ lines: [String], _ mechanism: String, password: String = "secret") throws -> (
            code: Int32, log: String
        ) {
            let path = try scenario.configure(
                kafka: [
                    "security.protocol: SASL_SSL", "sasl.mechanisms: \(mechanism)", "sasl.username: lantern",
                    "sasl.password: \(password)",
                ] + lines, brokers: kafka.encryptedServers)
            let worker = try scenario.run(path, ["--until-end"])
            return (try worker.exitCode(), worker.log)
        }

        @Test func `TLS with PLAIN and SCRAM is enough, and who is not trusted or not known is told so`() throws {
            try kafka.changeRight(.give, topic)
            let trust = ["ssl.ca.location: \(kafka.authority)"]
            let plain = try run(trust, "PLAIN")
            #expect(plain.code == 0, "\(plain.log)")
            try scenario.expectEqual()
            if Stage.isLong { try expectRefusals(trust) }
            // Older librdkafkas cannot log in to Kafka 4 with it.
            let scram = try run(trust, "SCRAM-SHA-256")
            #expect(scram.code == 0 || scram.code == 2 && scram.log.contains("2.6.1"), "\(scram.log)")
            Stage.figure("SCRAM over TLS: exit code \(scram.code)")
        }

        /// Each of them takes the ten seconds in which a start awaits Kafka.
        private func expectRefusals(_ trust: [String]) throws {
            let stranger = try run([], "PLAIN")
            #expect(stranger.code == 4 && stranger.log.contains("certificate"), "\(stranger.log)")
            let unknown = try run(trust, "PLAIN", password: "not-the-password")
            #expect(unknown.code == 4 && unknown.log.contains("refused the login"), "\(unknown.log)")
            #expect(!unknown.log.contains("not-the-password"))
        }

        @Test mutating func `explain and plan need no more than groups of the workers' prefix`() throws {
            try kafka.changeRight(.give, topic)
            let team = ["--operation", "Read", "--group", "team", "--resource-pattern-type", "prefixed"]
            try kafka.changeRight(.give, team)
            let path = try configure(worker: "{ group: team }")
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            try scenario.send(1, from: &source)
            let changed = try scenario.configure(
                "changed", kafka: Self.user, worker: "{ group: team }", brokers: kafka.securedServers,
                as: scenario.changedProjection())
            for command in [
                ["plan", "--config", changed],
                ["explain", "--config", path, "orders", "top-customers", "customers:by-revenue"],
            ] {
                let answer = try scenario.lantern(command)
                #expect(!answer.text.contains("lacks") && answer.code != 4, "\(command): \(answer.text)")
            }
            try kafka.changeRight(.take, team)
        }

        @Test func `a start without READ on the topic names user, right and topic`() throws {
            let path = try configure()
            let worker = try scenario.run(path)
            #expect(try worker.exitCode() == 4, "\(worker.log)")
            let words = "user lantern lacks the right READ on topic \(scenario.topic)"
            #expect(worker.log.contains(words), "\(worker.log)")
            try expectStatus(path, 3, words)
        }

        @Test mutating func `READ on the topic is taken away and given back: it is named, and the worker goes on`()
            throws
        {
            try kafka.changeRight(.give, topic)
            let path = try configure()
            let worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            try kafka.changeRight(.take, topic)
            try scenario.send(100, from: &source)
            try scenario.flush()
            #expect(worker.waitForLog("lacks the right READ on topic \(scenario.topic)"), "\(worker.log)")
            try expectStatus(path, 3, "READ on topic \(scenario.topic)")
            try kafka.changeRight(.give, topic)
            try scenario.waitUntilDone(worker)
            try expectStatus(path, 0, "caught-up")
            #expect(try worker.stop() == 0, "\(worker.log)")
            try scenario.expectEqual()
        }

        @Test mutating func `a start without READ on the group names the group, and goes on once it is given`() throws {
            try kafka.changeRight(.give, topic)
            let path = try configure(worker: "{}")
            let bounded = try scenario.run(path, ["--until-end"])
            #expect(try bounded.exitCode() == 3, "\(bounded.log)")
            let words = "user lantern lacks the right READ on consumer group lantern-orders-"
            #expect(bounded.log.contains(words), "\(bounded.log)")
            let worker = try scenario.run(path)
            #expect(worker.waitForLog(words), "\(worker.log)")
            try expectStatus(path, 3, words)
            try kafka.changeRight(.give, Self.group)
            try scenario.waitUntilDone(worker)
            try expectStatus(path, 0, "caught-up")

            let before = worker.lines(words).count
            try kafka.changeRight(.take, Self.group)
            try scenario.send(100, from: &source)
            try scenario.flush()
            #expect(worker.waitForLog(words, times: before + 1), "\(worker.log)")
            try kafka.changeRight(.give, Self.group)
            try scenario.send(100, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            try expectStatus(path, 0, "caught-up")
            #expect(try worker.stop() == 0, "\(worker.log)")
            try scenario.expectEqual()
            try kafka.changeRight(.take, Self.group)
        }
    }
}
