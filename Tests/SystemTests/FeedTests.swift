import Bytes
import FeedServer
import Foundation
import RedisServer
import Seeded
import Testing

extension SystemTests {
    /// PostgreSQL → Debezium → Kafka → Lantern → Redis, all of them real.
    @Suite(
        .serialized,
        .enabled(
            if: PostgresServer.isAvailable && ConnectServer.isAvailable,
            "SKIPPED: no PostgreSQL (apt-get install postgresql), or no Debezium: set DEBEZIUM_HOME"))
    struct `A database's feed` {
        @Test(arguments: Stage.isLong ? [FeedScenario.Mode.plain, .withSchemas] : [.plain])
        func `makes rows that equal their SELECT after random transactions`(mode: FeedScenario.Mode) throws {
            let seed = Stage.seed()
            var source = FeedSource(seed: seed, ids: Stage.count(60, long: 3_000))
            let scenario = try FeedScenario(mode)
            _ = try scenario.sql(FeedSource.schema + transactions(Stage.count(60, long: 2_000), &source))
            try scenario.startConnect()
            let worker = try scenario.run()
            _ = try scenario.sql(transactions(Stage.count(300, long: 20_000), &source))
            // A column goes, another comes; what is read again has neither or both.
            _ = try scenario.sql("alter table t drop column gone; alter table t add column come int;")
            _ = try scenario.sql(transactions(Stage.count(100, long: 10_000), &source))
            _ = try scenario.sql(
                #"insert into signals values ('s1', 'execute-snapshot', '{"data-collections":["public.t","public.f"],"type":"incremental"}');"#
            )
            _ = try scenario.sql(transactions(Stage.count(100, long: 10_000), &source))
            let differences = try scenario.waitUntilEqual(seconds: Stage.isLong ? 900 : 120)
            #expect(differences.isEmpty, "seed \(seed): \(differences.joined(separator: "\n"))")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(worker.lines("parked").isEmpty, "seed \(seed): \(worker.lines("parked").prefix(3))")
            // The log to its end: nothing came that makes them unequal again.
            #expect(try scenario.run(["--until-end"]).exitCode() == 0)
            #expect(try scenario.differences().isEmpty, "seed \(seed)")
            Stage.figure("feed, \(mode.rawValue): \(try scenario.rows().count) rows equal to their SELECT")
        }

        @Test(
            .enabled(
                if: RegistryServer.hasConverter,
                "SKIPPED: no Apicurio Registry in ../shared/registry, or no javac: set REGISTRY_HOME"))
        func `in Avro makes the same rows, and again without its registry`() throws {
            let seed = Stage.seed()
            var source = FeedSource(seed: seed, ids: Stage.count(60, long: 2_000))
            let scenario = try FeedScenario(.avro)
            _ = try scenario.sql(FeedSource.schema + transactions(Stage.count(60, long: 1_000), &source))
            try scenario.startConnect()
            var worker = try scenario.run()
            for round in 0..<3 {
                _ = try scenario.sql(transactions(Stage.count(100, long: 3_000), &source))
                // Another schema for the same table.
                if round == 0 {
                    _ = try scenario.sql("alter table t drop column gone; alter table t add column come int;")
                }
                if round == 1 {
                    worker.kill()
                    worker = try scenario.run()
                }
            }
            let differences = try scenario.waitUntilEqual(seconds: Stage.isLong ? 600 : 120)
            #expect(
                differences.isEmpty,
                "seed \(seed): \(differences.joined(separator: "\n")) \(worker.log.suffix(2_000)) \(scenario.connect?.log.suffix(2_000) ?? "")"
            )
            #expect(worker.lines("parked").isEmpty, "seed \(seed): \(worker.lines("parked").prefix(3))")
            // Its schemas come from Redis from now on, also for a build.
            scenario.registry?.stop()
            let build = try scenario.rebuild()
            #expect(try build.exitCode() == 0, "\(build.log)")
            #expect(try scenario.differences(in: 15).isEmpty, "seed \(seed)")
            #expect(try scenario.rows(in: 15).count == scenario.rows().count)
            #expect(try worker.stop() == 0, "\(worker.log)")
            Stage.figure("feed, Avro: \(try scenario.rows().count) rows equal to their SELECT, and built again")
        }

        @Test(
            .enabled(if: Stage.isLong, "SKIPPED: LANTERN_LONG=1 runs it"),
            arguments: Self.killedModes)
        func `makes the same rows while each part is killed`(mode: FeedScenario.Mode) throws {
            let seed = Stage.seed()
            var random = SplitMix64(seed: seed)
            var source = FeedSource(seed: seed, ids: 2_000)
            let scenario = try FeedScenario(mode)
            _ = try scenario.sql(FeedSource.schema + transactions(1_000, &source))
            try scenario.startConnect()
            var worker = try scenario.run()
            let hasSnapshot = try scenario.waitForFirstSnapshot(seconds: 300)
            try #require(hasSnapshot, "\(scenario.connect?.log.suffix(3_000) ?? "")")
            var kills: [String] = []
            // LANTERN_ROUNDS: 40 of them are 59,000 transactions.
            let rounds = ProcessInfo.processInfo.environment["LANTERN_ROUNDS"].flatMap { Int($0) } ?? 40
            for round in 0..<rounds {
                _ = try scenario.sql(transactions(1_450, &source))
                let victim = random.pick(["worker", "connect", "redis", "postgres"])
                kills.append(victim)
                switch victim {
                case "worker":
                    worker.kill()
                    worker = try scenario.run()
                case "connect":
                    scenario.connect?.kill()
                    try scenario.connect?.start()
                case "redis":
                    try scenario.redis.kill()
                    try scenario.redis.start()
                default:
                    scenario.postgres.kill()
                    try scenario.postgres.start()
                    // Connect does not start a task again that has failed because its database was away.
                    scenario.connect?.kill()
                    try scenario.connect?.start()
                }
                if round == rounds / 2 {
                    _ = try scenario.sql(
                        #"insert into signals values ('s1', 'execute-snapshot', '{"data-collections":["public.t","public.f"],"type":"incremental"}');"#
                    )
                }
            }
            let differences = try scenario.waitUntilEqual(seconds: 600)
            #expect(
                differences.isEmpty,
                """
                seed \(seed), killed \(kills): \(differences.joined(separator: "\n"))
                Connect, running \(scenario.connect?.isRunning == true): \(scenario.connect?.log.suffix(3_000) ?? "")
                the worker, running \(worker.isRunning): \(worker.log.suffix(2_000))
                """)
            #expect(try worker.stop() == 0, "\(worker.log)")
            // The log to its end: nothing came that makes them unequal again.
            #expect(try scenario.run(["--until-end"]).exitCode() == 0)
            #expect(try scenario.differences().isEmpty, "seed \(seed)")
            Stage.figure(
                "feed, \(mode.rawValue), \(kills.count) kills: \(try scenario.rows().count) rows equal to their SELECT")
        }

        @Test(.enabled(if: Stage.isLong, "SKIPPED: LANTERN_LONG=1 runs it"))
        func `with the connector's defaults nothing wrong is written, and the settings are named`() throws {
            var source = FeedSource(seed: Stage.seed(), ids: 100)
            let scenario = try FeedScenario(.defaults)
            _ = try scenario.sql(FeedSource.schema + transactions(300, &source))
            try scenario.startConnect()
            let worker = try scenario.run()
            #expect(worker.waitForLog("decimal.handling.mode=string"), "\(worker.log)")
            #expect(try scenario.rows().isEmpty)
        }

        /// All that there are, or the one that LANTERN_FEED names.
        private static var killedModes: [FeedScenario.Mode] {
            let modes: [FeedScenario.Mode] = [.plain, .withSchemas] + (RegistryServer.hasConverter ? [.avro] : [])
            guard let name = ProcessInfo.processInfo.environment["LANTERN_FEED"] else { return modes }
            return modes.filter { $0.rawValue == name }
        }

        private func transactions(_ count: Int, _ source: inout FeedSource) -> String {
            (0..<count).map { _ in source.transaction() }.joined()
        }
    }
}
