import BenchmarkEvents
import Bytes
import Projections

/// The same orders in the envelopes that other systems put around them.
extension SampleEvent {
    /// Change events as Debezium's connector for PostgreSQL writes them, about 730 bytes.
    static func changes(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys) { order, index, value in
            order.writeChange(isFirst: index < keys, transaction: index, to: &value)
        }.map { event in
            var change = event
            change.key = Array("{\"orderId\":\"\(event.keyText)\"}".utf8)
            return change
        }
    }

    /// CloudEvents in binary mode: the attributes are headers.
    static func cloudEvents(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys).map { order in
            var event = order
            event.headers = [
                ("ce_specversion", "1.0"), ("ce_id", order.keyText), ("ce_source", "/orders"), ("ce_type", "OrderSeen"),
                ("ce_time", "2026-11-25T03:00:10Z"), ("content-type", "application/json"),
            ].map { (Array($0.utf8), Array($1.utf8)) }
            return event
        }
    }

    /// Orders in a string beside other fields.
    static func texts(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys).map { order in
            let text = order.valueText.replacing("\"", with: "\\\"")
            return SampleEvent(key: order.key, value: Array("{\"id\":1,\"payload\":\"\(text)\"}".utf8))
        }
    }

    private var keyText: String { String(decoding: key, as: UTF8.self) }
    private var valueText: String { String(decoding: value, as: UTF8.self) }

    /// Puts the event's headers into `list` in place of what is there.
    func fill(_ list: borrowing HeaderList) {
        list.removeAll()
        for header in headers { list.append(name: header.name.span, value: header.value.span) }
    }
}
