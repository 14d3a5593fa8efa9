import Bytes
import Projections

/// The same orders in the envelopes that other systems put around them.
extension SampleEvent {
    /// Change events as Debezium's connector for PostgreSQL writes them, about 730 bytes.
    static func changes(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys).enumerated().map { index, order in
            let key = "{\"orderId\":\"" + order.keyText + "\"}"
            let operation = index < keys ? "c" : "u"
            let value =
                "{\"before\":null,\"after\":" + order.valueText
                + ",\"source\":{\"version\":\"3.3.1.Final\",\"connector\":\"postgresql\",\"name\":\"shop\","
                + "\"ts_ms\":1795647313586,\"snapshot\":\"false\",\"db\":\"shop\","
                + "\"sequence\":\"[\\\"26419512\\\",\\\"26419512\\\"]\",\"ts_us\":1795647313586774,"
                + "\"ts_ns\":1795647313586774000,\"schema\":\"public\",\"table\":\"orders\",\"txId\":\(index),"
                + "\"lsn\":26419512,\"xmin\":null},\"transaction\":null,\"op\":\"\(operation)\","
                + "\"ts_ms\":1795647313793,\"ts_us\":1795647313793853,\"ts_ns\":1795647313793853693}"
            return SampleEvent(key: Array(key.utf8), value: Array(value.utf8))
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
