import Configuration
import Projections
import Redis
import Testing

@Suite struct `Settings outside of projections` {
    private func with(_ lines: String) -> String { file(lines + "\nprojections: \(minimal)") }
    private func redis(_ value: String) -> String {
        "kafka: { bootstrap.servers: b }\nredis: \(value)\nprojections: \(minimal)"
    }

    @Test(arguments: [
        "isolation.level", "enable.auto.commit", "auto.offset.reset", "group.id", "enable.partition.eof",
        "group.instance.id", "enable.auto.offset.store", "plugin.library.paths",
    ])
    func `Lantern's own properties of Kafka are refused`(name: String) {
        expectFault(
            "kafka:\n  bootstrap.servers: b\n  \(name): x\nredis: redis://r\nprojections: \(minimal)", at: "3:3",
            "`\(name)` is Lantern's own")
    }

    @Test func `brokers are needed`() {
        expectFault("kafka: { }\nredis: redis://r\nprojections: \(minimal)", at: "1:8", "bootstrap.servers")
        expectFault(
            "kafka: { bootstrap.server: b }\nredis: redis://r\nprojections: \(minimal)", at: "1:10",
            "did you mean `bootstrap.servers`?")
    }

    @Test func `properties keep their order, and secrets are not shown`() throws {
        let configuration = try parse(
            "kafka: { bootstrap.servers: b, sasl.password: hunter2, ssl.key.location: k }\nredis: redis://u:hunter2@r/3\n"
                + "projections: \(minimal)")
        #expect(configuration.kafka.map(\.name) == ["bootstrap.servers", "sasl.password", "ssl.key.location"])
        #expect(configuration.redis.address.password == "hunter2" && configuration.redis.user == "u")
        #expect(configuration.redis.address.database == 3)
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(configuration.redis, to: &dumped)
        dump(configuration.kafka, to: &dumped)
        dumped += "\(configuration) \(configuration.redis) \(configuration.redis.address) \(configuration.kafka)"
        dumped += String(reflecting: configuration.redis) + String(reflecting: configuration.redis.address)
        #expect(!dumped.contains("hunter2"))
        #expect(dumped.contains("redis://r:6379/3"))
    }

    @Test func `Redis's URL`() throws {
        #expect(try parse(redis("rediss://h:1")).redis.address.usesTLS)
        #expect(try parse(redis("\"redis://[::1]:7\"")).redis.address.endpoint == .tcp(host: "::1", port: 7))
        #expect(try parse(redis("unix:///a%20b?db=2")).redis.address.endpoint == .unix(path: "/a b"))
        #expect(try parse(redis("unix:///a?db=2")).redis.address.database == 2)
        #expect(try parse(redis("redis://:p%40@h")).redis.address.password == "p@")
        expectFault(redis("rdis://h"), at: "2:8", "Did you mean `redis://`?")
        expectFault(redis("localhost"), at: "2:8", "Write redis://")
        expectFault(redis("redis://h:99999"), at: "2:8", "port")
        expectFault(redis("redis://h/x"), at: "2:8", "database")
        expectFault(redis("redis://"), at: "2:8", "host")
        expectFault(redis("unix://a"), at: "2:8", "not absolute")
        #expect(!faults(redis("redis://u:hunter2@h:x")).joined().contains("hunter2"))
    }

    @Test func `Redis as a map`() throws {
        let settings = try parse(
            redis("{ url: \"rediss://c:1\", user: l, password-file: /p, tls: { ca: a, cert: b, key: c } }")
        ).redis
        #expect(settings.user == "l" && settings.passwordFile == "/p")
        #expect(settings.tls?.ca == "a" && settings.tls?.certificate == "b" && settings.tls?.key == "c")
        expectFault(redis("{ url: redis://h, tls: { ca: a } }"), at: "2:31", "rediss://")
        expectFault(redis("{ url: rediss://h, tls: { cert: a } }"), at: "2:32", "belong together")
        expectFault(redis("{ user: l }"), at: "2:8", "needs `url`")
        expectFault(redis("{ url: redis://h, pasword-file: x }"), at: "2:26", "did you mean `password-file`?")
        expectFault(redis("{ url: redis://a@h, user: x }"), at: "2:34", "keep one")
    }

    @Test func `Redis through sentinels`() throws {
        let settings = try parse(
            redis("{ sentinels: [a, \"b:7\"], master: views, database: 3, user: u, sentinel-password-file: /s }")
        ).redis
        let places = ["a:26379", "b:7"].compactMap { SentinelGroup.Place($0) }
        #expect(settings.address.endpoint == .sentinel(SentinelGroup(master: "views", places: places)))
        #expect(settings.address.database == 3 && !settings.address.usesTLS)
        #expect(settings.user == "u" && settings.sentinelPasswordFile == "/s")
        #expect(settings.description == "redis+sentinel://a:26379,b:7/views/3")
        #expect(try parse(redis("{ sentinels: [a], master: m, tls: { ca: c } }")).redis.address.usesTLS)
        expectFault(redis("{ sentinels: [a] }"), at: "2:21", "needs `master`")
        expectFault(redis("{ sentinels: [], master: m }"), at: "2:21", "must be a list")
        expectFault(redis("{ sentinels: [\"a:x\"], master: m }"), at: "2:22", "HOST:PORT")
        expectFault(redis("{ url: redis://h, sentinels: [a], master: m }"), at: "2:10", "remove one")
        expectFault(redis("{ url: redis://h, master: m }"), at: "2:26", "belongs to `sentinels`")
        expectFault(redis("{ sentinel: [a], master: m }"), at: "2:10", "did you mean `sentinels`?")
    }

    @Test func `the worker's settings`() throws {
        let worker = try parse(with("worker: { lanes: 2, instance-id: \"${POD}\", group: g }"), ["POD": "w-0"]).worker
        #expect(worker.lanes == 2 && worker.instanceID == "w-0" && worker.group == "g" && worker.partitions == nil)
        #expect(try parse(with("worker: { partitions: all }")).worker.partitions == .all)
        #expect(try parse(with("worker: { partitions: \"7,0-3,2\" }")).worker.partitions == .only([0, 1, 2, 3, 7]))
        #expect(try parse(with("worker: { partitions: 0-3, group: g }")).warnings.map(\.line) == [3])
        for bad in ["3-1", "1,,2", "a", "1-2-3", "-1", "100000"] {
            expectFault(with("worker: { partitions: \"\(bad)\" }"), at: "3:23", "0-3,7")
        }
        #expect(worker.keepPreviousMilliseconds == 86_400_000)
        #expect(try parse(with("worker: { keep-previous: 90m }")).worker.keepPreviousMilliseconds == 5_400_000)
        expectFault(with("worker: { keep-previous: 10 }"), at: "3:26", "`24h`")
        expectFault(with("worker: { keep-previous: 10ms }"), at: "3:26", "from 1s to 36500d")
        expectFault(with("worker: { keep-previos: 1h }"), at: "3:11", "did you mean `keep-previous`?")
        expectFault(with("worker: { lanes: 0 }"), at: "3:18", "from 1 to 256")
        expectFault(with("worker: { lane: 2 }"), at: "3:11", "did you mean `lanes`?")
        expectFault(with("worker: { group: a b }"), at: "3:18", "letters")
    }

    @Test func `limits`() throws {
        let limits = try parse(
            with("limits: { parked-per-key: 5, bytes-per-transaction: 1MiB, command-timeout: 2s, drain-deadline: 1m }")
        ).limits
        #expect(limits.parkedPerKey == 5 && limits.bytesPerTransaction == 1 << 20)
        #expect(limits.commandTimeoutMilliseconds == 2_000 && limits.drainDeadlineMilliseconds == 60_000)
        #expect(limits.parked == 100_000 && limits.commandsPerTransaction == 1_000)
        expectFault(with("limits: { parkd: 5 }"), at: "3:11", "did you mean `parked`?")
        expectFault(with("limits: { command-timeout: 5 }"), at: "3:28", "`10s`")
        expectFault(with("limits: { record-bytes: 5 }"), at: "3:25", "64KiB")
        #expect(try parse(with("limits: { record-bytes: 1KiB, key-bytes: 64 }")).limits.recordBytes == 1 << 10)
        expectFault(with("limits: { record-bytes: 100MiB }"), at: "3:11", "more than half of `reply-bytes` (128MiB)")
        expectFault(with("limits: { reply-bytes: 100MiB }"), at: "3:11", "could not be read back")
        expectFault(with("limits: { key-bytes: 5000 }"), at: "3:22", "from 64 to 4KiB")
        expectFault(with("limits: { back-off-minimum: 20s }"), at: "3:11", "back-off-maximum")
    }

    @Test func `the log's settings`() throws {
        let log = try parse(with("log: { level: debug, format: json }")).log
        #expect(log.level == .debug && log.format == .json)
        expectFault(with("log: { level: warn }"), at: "3:15", "did you mean `warning`?")
    }

    @Test func `a user and password in bootstrap.servers are refused and not repeated`() {
        for name in ["bootstrap.servers", "metadata.broker.list"] {
            let text = "kafka: { \(name): \"b:9092,user:SECRET@h:9092\" }\nredis: redis://r\nprojections: {}\n"
            do {
                _ = try Configuration.parse(text: text, file: "f", environment: [:])
                Issue.record("it was taken")
            } catch {
                #expect("\(error)".contains("sasl.username"), "\(error)")
                #expect(!"\(error)".contains("SECRET"), "\(error)")
            }
        }
    }

    @Test func `an empty instance-id is none: an environment variable says it in some deployments only`() throws {
        let worker = "worker: { instance-id: \"${INSTANCE_ID:-}\", group: \"${GROUP:-}\" }"
        let without = try parse(with(worker))
        #expect(without.worker.instanceID == nil && without.worker.group == nil)
        let set = try parse(with(worker), ["INSTANCE_ID": "lantern-0", "GROUP": "g"])
        #expect(set.worker.instanceID == "lantern-0" && set.worker.group == "g")
    }
}
