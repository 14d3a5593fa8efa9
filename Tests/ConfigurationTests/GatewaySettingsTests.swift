import Configuration
import Projections
import Redis
import System
import Testing

@Suite struct `The gateway's settings` {
    private let minimal =
        "{ p: { version: 1, topics: [t], views: { v: { counter: \"v\", events: { \"*\": { increment: 1 } } } } } }"

    private func with(_ line: String) -> String {
        "kafka: { bootstrap.servers: b }\nredis: redis://r\n\(line)\nprojections: \(minimal)"
    }

    @Test func `are absent, or have defaults`() throws {
        #expect(try parse(with("")).gateway == nil)
        let usual = try #require(try parse(with("gateway: {}")).gateway)
        #expect(usual == GatewaySettings())
        #expect(usual.listen.description == "127.0.0.1:8080" && usual.listen.isLoopback)
    }

    @Test func `are read`() throws {
        let gateway = try #require(
            try parse(
                with(
                    "gateway: { listen: \"[::]:443\", read-token-file: r, operate-token-file: o, hosts: [A.example, b], tls: { certificate: c, key: k } }"
                )
            ).gateway)
        #expect(gateway.listen == ListenAddress("[::]:443"))
        #expect(gateway.readTokenFile == "r" && gateway.operateTokenFile == "o")
        #expect(gateway.hosts == ["a.example", "b"])
        #expect(gateway.tls?.certificate == "c" && gateway.tls?.key == "k")
    }

    @Test func `say what is wrong, and where`() {
        expectFault(with("gateway: { lisen: \"127.0.0.1:1\" }"), at: "3:12", "did you mean `listen`?")
        for wrong in ["8080", "127.0.0.1", "example.com:80", "127.0.0.1:70000", "::1:80", "[127.0.0.1]:80", ":80"] {
            expectFault(with("gateway: { listen: \"\(wrong)\" }"), at: "3:20", "`127.0.0.1:8080`")
        }
        expectFault(with("gateway: { listen: \"0.0.0.0:8080\" }"), at: "3:20", "`read-token-file`", "127.0.0.1")
        expectFault(with("gateway: { read-token-file: a, operate-token-file: a }"), at: "3:52", "use two files")
        expectFault(with("gateway: { hosts: [\"https://a\"] }"), at: "3:20", "without scheme and port")
        expectFault(with("gateway: { hosts: {} }"), at: "3:19", "a list of names")
        expectFault(with("gateway: { tls: { certificate: c } }"), at: "3:17", "needs `key`")
        expectFault(with("gateway: on"), at: "3:10", "must be a map")
    }

    @Test func `say where rows are read`() throws {
        func replicas(_ words: String, redis: String = "redis://r") throws -> [RedisAddress.Endpoint]? {
            let text = with("gateway: { read-from: \(words) }").replacing("redis: redis://r", with: "redis: \(redis)")
            return try #require(try parse(text).gateway).replicas
        }
        #expect(try replicas("master") == nil)
        #expect(
            try replicas("[replica-1, \"[::1]:7\"]")
                == [.tcp(host: "replica-1", port: 6379), .tcp(host: "::1", port: 7)])
        #expect(try replicas("replica-1:7") == [.tcp(host: "replica-1", port: 7)])
        #expect(try replicas("replica", redis: "{ sentinels: [s], master: m }") == [])
        expectFault(with("gateway: { read-from: replica }"), at: "3:23", "`sentinels`", "`read-from: [replica-1:6379]`")
        expectFault(with("gateway: { read-from: {} }"), at: "3:23", "a list of replicas")
        expectFault(with("gateway: { read-from: [\"redis://r:1\"] }"), at: "3:24", "HOST:PORT")
        expectFault(with("gateway: { read-from: [master, a] }"), at: "3:24", "HOST:PORT")
    }

    @Test func `do not change what a projection is`() throws {
        let without = try parse(with(""))
        let with = try parse(with("gateway: { listen: \"127.0.0.1:9\" }"))
        #expect(without.projections.map { fingerprint(of: $0) } == with.projections.map { fingerprint(of: $0) })
        #expect(without.definitions == with.definitions)
    }

    @Test func `of a program are texts`() throws {
        let configuration = try Configuration.settings([
            "kafka": ["bootstrap.servers": "b"], "redis": ["url": "redis://r"],
            "gateway": ["hosts": "a.example, b.example", "tls.certificate": "c", "tls.key": "k"],
        ])
        let gateway = try #require(configuration.gateway)
        #expect(gateway.hosts == ["a.example", "b.example"] && gateway.tls?.key == "k")
    }
}
