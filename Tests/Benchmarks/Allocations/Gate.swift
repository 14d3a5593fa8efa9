import BenchmarkEvents
import Bytes
import Formats
import Projections

/// Runs workloads in three phases, each on memory that has been used before, and judges the allocations.
struct Gate {
    let traces: Int32

    /// The workloads of scripts/bench and their thresholds, in allocations an event.
    static let workloads = [
        Workload(
            name: "upsert", views: upsert, events: SampleEvent.orders(20_000, keys: 19_997), limits: .init(lane: 0.2)),
        Workload(
            name: "skewed", views: upsert, events: SampleEvent.orders(20_000, keys: 4_001), limits: .init(lane: 0.2)),
        Workload(
            name: "counters", views: counters,
            events: SampleEvent.orders(20_000, keys: 19_997, customers: 997, byCustomer: true),
            limits: .init(lane: 0.2), topic: "{ key: $.customerId }"),
        Workload(name: "wide", views: wide, events: SampleEvent.orders(20_000, keys: 19_997), limits: .init(lane: 0.2)),
        Workload(
            name: "documents", views: documents, events: SampleEvent.documents(5_000, keys: 4_999),
            limits: .init(lane: 0.2)),
        Workload(
            name: "swift", views: upsert, events: SampleEvent.orders(20_000, keys: 19_997), limits: .init(lane: 0.2),
            isSwift: true),
        Workload(
            name: "debezium", views: change("{ set: { status: $.status, total: $.total, customerId: $.customerId } }"),
            events: SampleEvent.changes(20_000, keys: 19_997), limits: .init(lane: 0.2), topic: changes),
        Workload(
            name: "debezium-all", views: change("{ set: all }"), events: SampleEvent.changes(20_000, keys: 19_997),
            limits: .init(lane: 0.2), topic: changes),
        Workload(
            name: "cloudevents", views: upsert, events: SampleEvent.cloudEvents(20_000, keys: 19_997),
            limits: .init(lane: 0.2), topic: "{ envelope: cloudevents, key: $.orderId }"),
        Workload(
            name: "data", views: upsert, events: SampleEvent.texts(20_000, keys: 19_997), limits: .init(lane: 0.2),
            topic: "{ data: $.payload, key: $.orderId }"),
        Workload(
            name: "avro", views: upsert, events: SampleEvent.avro(20_000, keys: 19_997), limits: .init(lane: 0.2),
            topic: "{ encoding: avro, key: $.orderId }"),
        Workload(
            name: "avro-100", views: upsert, events: SampleEvent.avro(20_000, keys: 19_997, schemas: 100),
            limits: .init(lane: 0.2), topic: "{ encoding: avro, key: $.orderId }"),
        Workload(
            name: "protobuf", views: upsert, events: SampleEvent.protobuf(20_000, keys: 19_997),
            limits: .init(lane: 0.2),
            topic:
                "{ encoding: protobuf, descriptors: \"\(OrderEvent.protobufDescriptors)\", message: Order, key: $.orderId }"
        ),
    ]

    private static let changes = "{ envelope: debezium, key: [$.orderId] }"

    private static func change(_ rule: String) -> String {
        """
              order:
                hash: "order:{orderId}"
                events: { row: \(rule), delete: delete }
        """
    }

    private static let upsert = """
              order:
                hash: "order:{orderId}"
                events: { "*": { set: { status: $.status, total: $.total, customerId: $.customerId } } }
        """
    private static let counters = """
              customer:
                hash: "customer:{customerId}"
                events: { "*": { increment: { orders: 1, cents: $.total } } }
        """
    private static let documents = """
              order:
                document: "order:{orderId}"
                events: { "*": { set: all } }
        """
    private static let wide = """
              order:
                hash: "order:{orderId}"
                events:
                  OrderPlaced: { set: { status: placed, total: $.total, customer: $.customerId, placedAt: $.at, note: $.note? } }
                  OrderPaid: { set: { status: paid } }
                  OrderDeleted: delete
              customer-revenue:
                hash: "customer-revenue:{customerId}"
                events: { OrderPaid: { increment: { cents: { value: $.total, scale: 2 }, orders: 1 } } }
              top-customers:
                sorted-set: "customers:by-revenue"
                member: $.customerId
                events: { OrderPaid: { increment: { value: $.total, scale: 2 } } }
              latest-orders:
                latest: "orders:latest"
                keep: 100
                member: $.orderId
                events: { OrderPlaced: add }
              orders-per-minute:
                buckets: "orders:per-minute"
                every: 1m
                retain: 24h
                events: { OrderPlaced: { increment: { placed: 1 } }, OrderPaid: { increment: { paid: 1 } } }
        """

    /// Runs them and prints a line for each phase; returns what is over its threshold.
    func run(_ workloads: [Workload]) throws -> [String] {
        print("workload      phase   allocations/event    allowed   ns/event")
        var failures: [String] = []
        for workload in workloads {
            let phases = try [
                ("decode", workload.limits.decode, decode(workload)), ("fold", workload.limits.fold, fold(workload)),
                ("lane", workload.limits.lane, lane(workload)),
            ]
            for (name, allowed, found) in phases {
                print(
                    pad(workload.name, 14) + pad(name, 6) + pad(found.allocations, 5, 19) + pad(allowed, 3, 11)
                        + pad(found.nanoseconds, 0, 11))
                if found.allocations > allowed {
                    failures.append(
                        "\(workload.name), \(name): \(found.allocations) allocations an event, \(allowed) allowed")
                }
            }
        }
        return failures
    }

    private func decode(_ workload: Workload) throws -> Measurement {
        let decoder = makeProjector(try workload.plan(), schemas: OrderSchemas())
        let headers = HeaderList()
        var refused = 0
        func once() {
            for sample in workload.events {
                sample.fill(headers)
                let event = Event(
                    topic: 0, partition: 0, offset: 0, timestamp: 0, key: sample.key.span, value: sample.value.span,
                    headers: headers)
                if !decoder.decode(event) { refused += 1 }
            }
        }
        once()
        let measured = Measurement.of(workload.events.count, traces: traces, once)
        guard refused == 0 else { throw GateError("\(workload.name): \(refused) events could not be decoded") }
        return measured
    }

    /// Decoded, folded and encoded, as much in a transaction as the lane takes.
    private func fold(_ workload: Workload) throws -> Measurement {
        var fold = BareFold(projector: try workload.projector())
        let headers = HeaderList()
        for _ in 0..<2 { try fold.run(workload.events, headers) }
        return try Measurement.of(workload.events.count, traces: traces) { try fold.run(workload.events, headers) }
    }

    private func lane(_ workload: Workload) throws -> Measurement {
        var run = try LaneRun(workload)
        let rounds = max(3, 100_000 / workload.events.count)
        try run.take(rounds: rounds)
        let measured = try Measurement.of(workload.events.count * rounds, traces: traces) {
            try run.take(rounds: rounds)
        }
        try run.finish()
        return measured
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func pad(_ value: Double, _ digits: Int, _ width: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        let text = digits == 0 ? "\(Int(rounded))" : "\(rounded)"
        return String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
