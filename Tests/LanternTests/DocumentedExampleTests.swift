import Lantern
import Testing

// The projection of README.md and of the article ProjectionsInSwift: a test of the documents compares the text.
struct OrderTotals: Projection {
    static let name = "order-totals", version = 1, topics = ["orders"]
    let type = Field("$.type"), total = Field("$.total")
    let order = HashView("order:{@key}")

    func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
        guard event[type] == "OrderPlaced" else { return }
        try order.set("total", to: event[total], in: &changes)
    }
}

@Suite struct `The documents' projection` {
    @Test func `it does what they say`() throws {
        let test = try ProjectionTest(OrderTotals())
        test.given(TestEvent(key: "o-1", #"{"type":"OrderPlaced","total":12.5}"#))
        #expect(test.hash("order:o-1") == ["total": "12.5"])
    }
}
