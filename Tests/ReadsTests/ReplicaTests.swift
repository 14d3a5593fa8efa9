import Bytes
import Glibc
import Records
import Redis
import RedisServer
import Testing

@testable import Reads

/// Rows of replicas that sentinels know.
@Suite(.serialized) struct `Rows of replicas` {
    /// Asks again until it holds.
    private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<6_000 {
            if try condition() { return true }
            usleep(10_000)
        }
        return false
    }

    private func text(_ outcome: ReadOutcome) -> String {
        if case .answer(let answer, _) = outcome { answer.vectors[0].text } else { "\(outcome)" }
    }

    @Test func `are found by the sentinels, and no master takes their place`() throws {
        let stage = try ReadStage(options: ["--repl-diskless-sync-delay", "0"])
        let replica = try RedisServer(options: ["--replicaof", "127.0.0.1 \(stage.server.port)"])
        // It looks at its servers once a second, and must not make the replica a master.
        let sentinel = try SentinelServer(watching: stage.server.port, as: "views", quorum: 2)
        let group = SentinelGroup(
            master: "views",
            places: [try #require(.init("127.0.0.1:1")), try #require(.init("127.0.0.1:\(sentinel.port)"))])
        let master = stage.service.subjects[0].redis
        let service = ReadService(
            stage.service.subjects, kafka: [], clientID: "reads-tests",
            replicas: [master.replica(at: .sentinel(group))])
        try service.start()
        defer { service.stop() }
        let request = ReadRequest([try stage.part("order", .row(Array("order:o-1".utf8), limit: 1))])
        func ask(_ condition: FreshnessCondition = FreshnessCondition()) throws -> ReadOutcome {
            let awaited = ReadStage.Awaited()
            var asked = request
            asked.condition = condition
            service.submit(asked) { awaited.set($0) }
            return try awaited.value()
        }
        let isFound = try eventually { if case .answer = try ask() { true } else { false } }
        #expect(isFound)
        var condition = FreshnessCondition()
        condition.after = OffsetList([.init(topic: "orders", partition: 0, offset: 99)])
        condition.waitNanoseconds = 60_000_000_000
        try stage.checkpoint("orders", 0, 100)
        #expect(try text(ask(condition)) == "orders/0@100,1@7,payments/0@5")
        // The master is gone, and the replica goes on with what it has.
        try stage.server.kill()
        #expect(try text(ask()) == "orders/0@100,1@7,payments/0@5")
        try replica.kill()
        guard case .failed(.unavailable(let words)) = try ask() else {
            Issue.record("answered without a replica")
            return
        }
        #expect(words.contains("No replica answers"), "\(words)")
    }

    @Test func `come over no connection that leads elsewhere than the newest one`() throws {
        let stage = try ReadStage(options: ["--repl-diskless-sync-delay", "0"])
        let replicas = try (0..<2).map { _ in
            try RedisServer(
                options: ["--replicaof", "127.0.0.1 \(stage.server.port)", "--repl-diskless-sync-delay", "0"])
        }
        for replica in replicas {
            let isLinked = try eventually {
                try replica.cli(["INFO", "replication"]).contains("master_link_status:up")
            }
            try #require(isLinked)
        }
        let master = stage.service.subjects[0].redis
        // New connections to the first one can be refused while old ones go on.
        let proxy = try TCPProxy(to: replicas[0].port)
        let servers = ReadServers(
            master: master,
            replicas: [proxy.port, replicas[1].port].map { master.replica(at: .tcp(host: "127.0.0.1", port: $0)) })
        func port(_ connection: inout ReadConnection) throws -> String? {
            var commands = CommandBuffer()
            commands.command("CONFIG", "GET", "port")
            return try connection.exchange(commands).first?.elements?.last?.text
        }
        var first = ReadConnection(servers)
        var second = ReadConnection(servers)
        #expect(try port(&first) == "\(replicas[0].port)")
        proxy.refuse(true)
        #expect(try port(&first) == "\(replicas[0].port)" && port(&second) == "\(replicas[1].port)")
        // It would still be answered where it was.
        #expect(try port(&first) == "\(replicas[1].port)")
        #expect(first.openings == 2 && second.openings == 1)
        let opened = try servers.open()
        #expect(opened.turn == servers.turn)
    }

    @Test func `are read again when the streams are looked at elsewhere`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: nil, now: 0)
        let finding = ChangePoll.Outcome.found(.init(generation: "g", entry: "5-0"))
        feed.took(feed.looks(now: 0), [finding], now: 0)
        for work in feed.takeWork(now: 0) { feed.finished(work, isTold: true, now: 0) }
        feed.took(feed.looks(now: 4), [finding], now: 4)
        #expect(feed.takeWork(now: 4).isEmpty)
        feed.reconnected()
        feed.took(feed.looks(now: 8), [.failed], now: 8)
        #expect(feed.takeWork(now: 8).isEmpty)
        feed.took(feed.looks(now: 60), [finding], now: 60)
        #expect(feed.takeWork(now: 60).map(\.event) == [.rows])
    }
}
