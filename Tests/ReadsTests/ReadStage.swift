import Configuration
import Dispatch
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import Testing

@testable import Reads

/// A Redis with the rows, checkpoints and generation of a projection, as a worker leaves them, and a service that reads it.
final class ReadStage {
    static let file = """
        kafka: { bootstrap.servers: "127.0.0.1:1" }
        redis: redis://127.0.0.1:1
        projections:
          shop:
            version: 1
            topics: { orders: { key: $.orderId }, payments: {} }
            type: $.type
            views:
              order:
                hash: "order:{orderId}"
                from: orders
                events: { Placed: { set: { status: placed, version: $.version } } }
              revenue: { hash: "revenue:{customer}", events: { Paid: { increment: { cents: $.cents } } } }
              pair: { hash: "pair:{a}:{b}", events: { Paid: { increment: { cents: $.cents } } } }
              profile: { document: "profile:{orderId}", from: orders, events: { Placed: { set: all } } }
              hits: { counter: "hits:{customer}", events: { Paid: { increment: 1 } } }
              tags: { set: "tags:{customer}", member: $.tag, events: { Paid: add } }
              top: { sorted-set: "top", member: $.customer, events: { Paid: { increment: $.cents } } }
              newest: { latest: "newest", keep: 10, member: $.customer, events: { Paid: add } }
              visitors: { unique: "visitors", member: $.customer, events: { Paid: add } }
              minutes: { buckets: "minutes", every: 1m, retain: 1h, events: { Paid: { increment: { paid: 1 } } } }
          clients:
            version: 1
            database: 1
            topics: [clients]
            type: $.type
            views:
              client: { hash: "client:{@key}", events: { Seen: { set: { name: $.name } } } }
        """

    let server: RedisServer
    var redis: RedisConnection
    let service: ReadService
    let subjects: [ReadSubject]
    let plans: [ProjectionPlan]

    init(options: [String] = []) throws {
        server = try RedisServer(options: options)
        let address = try RedisOptions(patient: server.url)
        redis = try RedisConnection.open(address)
        plans = try Configuration.parse(text: Self.file).projections
        subjects = [
            ReadSubject(plan: plans[0], redis: address), ReadSubject(plan: plans[1], redis: address.selecting(1)),
        ]
        service = ReadService(subjects, kafka: [], clientID: "reads-tests")
        try generation(of: 0, number: 3)
        try checkpoint("orders", 0, 42)
        try checkpoint("orders", 1, 7)
        try checkpoint("payments", 0, 5)
        try redis.command("SELECT", "1")
        try generation(of: 1, number: 1)
        let keys = KeySpace(projection: "clients")
        try redis.command(
            "SET", keys.checkpoint("clients", 0), readableCheckpoint(Checkpoint(next: 9, confirmed: 9, writer: "w")))
        try redis.command("SELECT", "0")
        try service.start()
    }

    deinit { service.stop() }

    private func readableCheckpoint(_ checkpoint: Checkpoint) -> String {
        String(decoding: checkpoint.text, as: UTF8.self)
    }

    func generation(of subject: Int, number: Int) throws {
        let plan = plans[subject]
        let keys = KeySpace(projection: plan.name)
        let record = GenerationRecord(number: number, identifier: "1a2b3c4\(number)", fingerprint: "f")
        try redis.command("SET", keys.generation, record.text)
        for topic in plan.topics {
            try redis.command("HSET", keys.growth, topic.name, topic.name == "orders" ? "2" : "1")
        }
    }

    func checkpoint(_ topic: String, _ partition: Int32, _ next: Int64, time: Int64 = 1_767_225_600_000) throws {
        let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w", time: time)
        try redis.command(
            "SET", KeySpace(projection: "shop").checkpoint(topic, partition), readableCheckpoint(checkpoint))
    }

    func part(_ view: String, _ question: RowQuestion, subject: Int = 0) throws -> ReadPart {
        let found = try #require(plans[subject].views.first { $0.name == view })
        return ReadPart(name: view, subject: subject, view: found, question: question)
    }

    /// Begins a request; its outcome is taken later.
    func begin(_ request: ReadRequest) -> Awaited {
        let awaited = Awaited()
        service.submit(request) { awaited.set($0) }
        return awaited
    }

    func answer(_ parts: [ReadPart], _ condition: FreshnessCondition = FreshnessCondition()) throws -> ReadAnswer {
        let outcome = try begin(ReadRequest(parts, condition)).value()
        guard case .answer(let answer, nil) = outcome else {
            Issue.record("\(outcome)")
            throw ReadFailure.busy
        }
        return answer
    }

    func answer(_ view: String, _ question: RowQuestion) throws -> ReadAnswer.Part {
        try answer([part(view, question)]).parts[0]
    }

    /// An outcome that comes on another thread.
    final class Awaited: Sendable {
        private let outcome = Mutex<ReadOutcome?>(nil)
        private let isSet = DispatchSemaphore(value: 0)

        func set(_ value: ReadOutcome) {
            outcome.withLock { $0 = value }
            isSet.signal()
        }

        var isThere: Bool { outcome.withLock { $0 != nil } }

        func value() throws -> ReadOutcome {
            _ = isSet.wait(timeout: .now() + .seconds(60))
            return try #require(outcome.withLock { $0 })
        }
    }
}

func text(_ string: String) -> [UInt8] { Array(string.utf8) }
