import BenchmarkEvents
import Bytes

/// One event's bytes.
struct SampleEvent {
    var key: [UInt8]
    var value: [UInt8]
    var headers: [(name: [UInt8], value: [UInt8])] = []

    /// `count` orders over `keys` order numbers, or keyed by customers, in a form of their value; the same ones at every run.
    static func orders(
        _ count: Int, keys: Int, customers: Int = 10_000, byCustomer: Bool = false,
        write: (_ order: OrderEvent, _ index: Int, _ value: inout ByteBuffer) -> Void = { $0.write(to: &$2) }
    ) -> [SampleEvent] {
        let kinds: [OrderEvent.Kind] = [.placed, .paid, .shipped]
        return (0..<count).map { index in
            // Steps that share no divisor with the counts visit all of them.
            let second = 10 + index / 1_000 % 50
            let order = OrderEvent(
                order: index &* 7_919 % keys, customer: index &* 104_729 % customers,
                kind: index % 16 == 15 ? .deleted : kinds[index % 3], total: 100 + index &* 31 % 100_000,
                sku: index % 5_000, second: 1_795_575_600 + second, at: Array("2026-11-25T03:00:\(second)Z".utf8))
            var value = ByteBuffer()
            write(order, index, &value)
            return SampleEvent(
                key: Array((byCustomer ? "c-\(order.customer)" : "o-\(order.order)").utf8),
                value: value.span.indices.map { value.span[$0] })
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
