import Configuration
import Projections
import Redis
import Testing

@Suite struct `The demo's file` {
    let configuration: Configuration

    init() throws {
        configuration = try Configuration.load(path: repositoryFile("deploy/demo/lantern.yaml"), environment: [:])
    }

    private func view(_ name: String, of projection: Int = 0) throws -> ViewPlan {
        try #require(configuration.projections[projection].views.first { $0.name == name })
    }

    private func path(_ name: String, isOptional: Bool = false) throws -> ValueSource {
        let index = try #require(configuration.projections[0].paths.firstIndex(of: JSONPath(members: [name])))
        return .path(index, isOptional: isOptional)
    }

    @Test func `the settings have their values and defaults`() {
        #expect(configuration.kafka.map(\.description) == ["bootstrap.servers=localhost:9092"])
        #expect(configuration.redis.description == "redis://localhost:6379")
        #expect(configuration.redis.address.endpoint == .tcp(host: "localhost", port: 6379))
        #expect(configuration.worker == WorkerSettings())
        #expect(configuration.limits == Limits())
        #expect(configuration.log == LogSettings())
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.projections.map(\.name) == ["orders", "customers"])
    }

    @Test func `the projection of orders is as written`() throws {
        let plan = configuration.projections[0]
        #expect(plan.version == 1)
        #expect(plan.topics.map(\.name) == ["orders"])
        #expect(plan.topics[0].keyPath.map { plan.paths[$0].description } == "$.orderId")
        #expect(!plan.topics[0].isCompacted)
        #expect(try plan.type == path("type"))
        #expect(try plan.time == TimeSource(path("at")))
        #expect(plan.unknown == .ignore)
        #expect(plan.onError == .park)
        #expect(plan.isOrderDependent)
        #expect(
            plan.paths.map(\.description).sorted() == [
                "$.at", "$.customerId", "$.note", "$.orderId", "$.total", "$.type",
            ])
    }

    @Test func `the hash of an order`() throws {
        let order = try view("order")
        #expect(order.kind == .hash)
        #expect(try order.key.parts == [.literal("order:"), .placeholder(path("orderId"))])
        #expect(order.isOrderDependent)
        #expect(order.rules.map(\.event) == [.named("OrderPlaced"), .named("OrderPaid"), .named("OrderDeleted")])
        #expect(
            try order.rules[0].rules == [
                Rule(changes: [
                    .setField("status", .constant(.init("placed"))), .setField("total", path("total")),
                    .setField("customer", path("customerId")), .setField("placedAt", path("at")),
                    .setField("note", path("note", isOptional: true)),
                ])
            ])
        #expect(order.rules[2].rules == [Rule(changes: [.delete])])
    }

    @Test func `the sums and the leaderboard`() throws {
        let revenue = try view("customer-revenue")
        #expect(!revenue.isOrderDependent)
        #expect(
            try revenue.rules[0].rules[0].changes == [
                .incrementField("cents", NumberSource(path("total"), scale: 2)),
                .incrementField("orders", NumberSource(.constant(.init("1")))),
            ])
        let top = try view("top-customers")
        #expect(top.kind == .sortedSet)
        #expect(top.key.parts == [.literal("customers:by-revenue")])
        #expect(try top.member == .value(path("customerId")))
        #expect(try top.rules[0].rules[0].changes == [.increment(NumberSource(path("total"), scale: 2))])
        #expect(!top.isOrderDependent)
    }

    @Test func `the latest orders and the buckets`() throws {
        let latest = try view("latest-orders")
        #expect(latest.kind == .latest(keep: 100))
        #expect(try latest.member == .value(path("orderId")))
        #expect(latest.rules == [EventRules(event: .named("OrderPlaced"), rules: [Rule(changes: [.add])])])
        let buckets = try view("orders-per-minute")
        #expect(buckets.kind == .buckets(everySeconds: 60, retainMilliseconds: 86_400_000))
        #expect(buckets.rules.map(\.event) == [.named("OrderPlaced"), .named("OrderPaid")])
    }

    @Test func `the compacted topic of customers`() throws {
        let plan = configuration.projections[1]
        #expect(plan.topics == [TopicPlan(name: "customers", isCompacted: true)])
        #expect(plan.type == nil && plan.time == nil && plan.paths.isEmpty)
        let customer = try view("customer", of: 1)
        #expect(customer.key.parts == [.literal("customer:"), .placeholder(.key)])
        #expect(customer.timeToLive == TimeToLive(milliseconds: 30 * 86_400_000, isApproximate: false))
        #expect(
            customer.rules == [
                EventRules(event: .any, rules: [Rule(changes: [.setAll])]),
                EventRules(event: .tombstone, rules: [Rule(changes: [.delete])]),
            ])
    }

    @Test func `the environment says where Kafka and Redis are`() throws {
        let other = try Configuration.load(
            path: repositoryFile("deploy/demo/lantern.yaml"), environment: ["KAFKA": "k:1", "REDIS": "unix:///r.sock"])
        #expect(other.kafka[0].value == "k:1")
        #expect(other.redis.address.endpoint == .unix(path: "/r.sock"))
    }
}
