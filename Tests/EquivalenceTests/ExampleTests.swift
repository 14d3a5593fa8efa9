import Configuration
import Oracle
import Testing

@Suite struct ExampleTests {
    /// An order's life in each kind of view, and a compacted topic.
    private static let text = """
        kafka:
          bootstrap.servers: localhost:9092
        redis: redis://localhost:6379
        worker: { lanes: 2 }
        projections:
          orders:
            version: 1
            topics:
              orders: { key: $.orderId }
            type: $.type
            time: $.at
            unknown: ignore
            on-error: park
            views:
              order:
                hash: "order:{orderId}"
                events:
                  OrderPlaced:    { set: { status: placed, total: $.total, customer: $.customerId, placedAt: $.at, note: $.note? } }
                  OrderPaid:      { set: { status: paid } }
                  OrderDeleted:   delete
              customer-revenue:
                hash: "customer-revenue:{customerId}"
                events:
                  OrderPaid:      { increment: { cents: { value: $.total, scale: 2 }, orders: 1 } }
              top-customers:
                sorted-set: "customers:by-revenue"
                member: $.customerId
                events:
                  OrderPaid:      { increment: { value: $.total, scale: 2 } }
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
          customers:
            version: 1
            topics: { customers: { compacted: true } }
            views:
              customer:
                hash: "customer:{@key}"
                events: { "*": { set: all }, tombstone: delete }
                ttl: 30d
        """

    @Test func `the oracle's examples are those of the design`() throws {
        let written = try Configuration.parse(text: Self.text).projections
        let rendered = try Configuration.parse(text: OracleProjection.yaml([.orders, .customers])).projections
        #expect(rendered == written)
    }

    @Test func `the oracle folds the example's events`() {
        var fold = OracleFold(.orders)
        func take(_ offset: Int, _ key: String, _ value: String) -> OracleDecision {
            fold.take(
                OracleEvent(
                    topic: "orders", offset: offset, timestamp: 1, key: Array(key.utf8), value: Array(value.utf8)))
        }
        let placed = #""total":12.34,"customerId":"c1","at":"2100-01-01T00:00:59.9Z""#
        #expect(take(0, "o1", #"{"type":"OrderPlaced","orderId":"o1",\#(placed)}"#) == .projected)
        #expect(take(1, "o1", #"{"type":"OrderPaid","orderId":"o1",\#(placed)}"#) == .projected)
        #expect(
            take(2, "o2", #"{"type":"OrderPaid","orderId":"o1",\#(placed)}"#) == .bad("the record key is not orderId"))
        #expect(take(3, "o2", #"{"type":"OrderPaid","orderId":"o2",\#(placed)}"#) == .behind)
        #expect(take(4, "o3", #"{"type":"Other"}"#) == .unknown)
        #expect(fold.parked.map(\.offset) == [2, 3])
        #expect(
            fold.text("order:o1")
                == "hash 'status': 'paid', 'total': '12.34', 'customer': 'c1', 'placedAt': '2100-01-01T00:00:59.9Z'")
        #expect(fold.text("customer-revenue:c1") == "hash 'cents': '1234', 'orders': '1'")
        #expect(fold.text("customers:by-revenue") == "sorted set 'c1': 1234.0")
        #expect(fold.text("orders:latest") == "sorted set 'o1': 4102444859900.0")
        #expect(fold.text("orders:per-minute:4102444800") == "hash 'placed': '1', 'paid': '1'")
        #expect(fold.model.entries[Array("orders:per-minute:4102444800".utf8)]?.deadline == 4_102_531_260_000)
        #expect(fold.model.entries.count == 5)
    }
}
