/// One event's bytes.
struct SampleEvent {
    var key: [UInt8]
    var value: [UInt8]
    var headers: [(name: [UInt8], value: [UInt8])] = []

    private static let kinds = [
        ("OrderPlaced", "placed"), ("OrderPaid", "paid"), ("OrderShipped", "shipped"), ("OrderDeleted", "deleted"),
    ]

    /// `count` orders over `keys` order numbers, or keyed by customers; the same ones at every run.
    static func orders(_ count: Int, keys: Int, customers: Int = 10_000, byCustomer: Bool = false) -> [SampleEvent] {
        (0..<count).map { index in
            // Steps that share no divisor with the counts visit all of them.
            let order = index &* 7_919 % keys
            let customer = index &* 104_729 % customers
            let (type, status) = kinds[index % 16 == 15 ? 3 : index % 3]
            let second = 10 + index / 1_000 % 50
            let text =
                "{\"type\":\"\(type)\",\"orderId\":\"o-\(order)\",\"customerId\":\"c-\(customer)\",\"status\":\"\(status)\","
                + "\"total\":\(100 + index &* 31 % 100_000),\"currency\":\"EUR\",\"at\":\"2026-11-25T03:00:\(second)Z\","
                + "\"lines\":[{\"sku\":\"s-\(index % 5_000)\",\"quantity\":2,\"price\":499}],\"note\":\"leave at the door\"}"
            return SampleEvent(
                key: Array((byCustomer ? "c-\(customer)" : "o-\(order)").utf8), value: Array(text.utf8))
        }
    }

    /// Orders in documents of about 1 KB.
    static func documents(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys).enumerated().map { index, order in
            let items = (0..<6).map { item in
                "{\"sku\":\"sku-\(index + item)\",\"title\":\"article in the usual packing, blue or green\",\"quantity\":\(item + 1),"
                    + "\"price\":\(item).50,\"gift\":true,\"tags\":[\"new\",\"t\(item)\"]}"
            }
            let start =
                "{\"customer\":{\"name\":\"Customer \\\"\(index)\\\"\",\"city\":\"Köln\"},\"items\":[\(items.joined(separator: ", "))],"
            return SampleEvent(key: order.key, value: Array(start.utf8) + order.value.dropFirst())
        }
    }
}
