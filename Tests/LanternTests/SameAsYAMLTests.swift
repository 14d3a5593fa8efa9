import Bytes
import Configuration
import Formats
import Projections
import Seeded
@testable import Lantern
import Testing

@testable import OrdersExample

/// The example in Swift and the demo's YAML say the same, so they must make the same rows.
@Suite struct SameAsYAMLTests {
    static func event(_ random: inout SplitMix64) -> TestEvent {
        func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }
        let order = Int.random(in: 0..<20, using: &random)
        if Int.random(in: 0..<30, using: &random) == 0 { return .tombstone(key: "o:\(order)%") }
        let type = pick([
            "OrderPlaced", "OrderPlaced", "OrderPaid", "OrderPaid", "OrderDeleted", "Order\\u0050aid", "X",
        ])
        let isOdd = Int.random(in: 0..<25, using: &random) == 0
        let total =
            isOdd
            ? pick(["\"1\"", "1.234", "null", "[1, 2]", "9007199254740993", "true"])
            : pick(["1", "12.34", "0.5e1", "-3.10", "0", "99999.99"])
        let customer =
            isOdd ? pick(["\"\"", "1.5", "{}", "\"\\ud800\""]) : pick(["\"ada\"", "\"b\\u00f6b\"", "7", "\"c:{d}\""])
        let at =
            isOdd
            ? pick(["\"yesterday\"", "-1", "null", "\"2026-01-01T00:00:60Z\""])
            : pick(["\"2026-01-01T00:00:0\(order % 10)Z\"", "17672256\(order + 10)", "1767225600123.9"])
        let note = pick(["", "", #","note":null"#, #","note":"a\"\u00e9 \n""#, #","note":{ "x" : [1 , "a b"] }"#])
        let key = Int.random(in: 0..<60, using: &random) == 0 ? "other" : "o:\(order)%"
        return TestEvent(
            key: key,
            #"{"type":"\#(type)","orderId":"o:\#(order)%","customerId":\#(customer),"total":\#(total),"at":\#(at)\#(note)}"#
        )
    }

    @Test func `the Swift projection makes the same rows as the YAML one`() throws {
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let configuration = try Configuration.load(path: path + "/deploy/demo/lantern.yaml", environment: [:])
        let plan = try #require(configuration.projections.first { $0.name == "orders" })
        var parked = 0
        var projected = 0
        for seed in UInt64(1)...200 {
            var random = SplitMix64(seed: seed)
            let events = (0..<300).map { _ in Self.event(&random) }
            let swift = try ProjectionTest(Orders())
            let yaml = ProjectionTest(JSONProjector(plan: plan))
            swift.given(events, batch: Int.random(in: 1..<20, using: &random))
            yaml.given(events, batch: 7)
            #expect(swift.rows == yaml.rows, "seed \(seed)")
            #expect(swift.parked.map(\.event) == yaml.parked.map(\.event), "seed \(seed)")
            parked += swift.parked.count
            projected += events.count - swift.parked.count
            for kind in ["order:", "customer-revenue:", "customers:", "orders:latest", "orders:per-minute:"] {
                #expect(swift.keys.contains { $0.hasPrefix(kind) }, "seed \(seed): no row \(kind)")
            }
        }
        #expect(parked > 1_000)
        #expect(projected > 10_000)
    }

    @Test func `both forms have the same views but for the rules`() throws {
        let swift = try SwiftProjector(Orders()).plan
        #expect(
            swift.views.map(\.name) == [
                "order", "customer-revenue", "top-customers", "latest-orders", "orders-per-minute",
            ])
        #expect(swift.isOrderDependent)
        #expect(swift.views.map(\.isOrderDependent) == [true, false, false, false, false])
        #expect(swift.canonicalText == (try SwiftProjector(Orders()).plan.canonicalText))
    }
}
