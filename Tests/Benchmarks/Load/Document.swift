import BenchmarkEvents
import Bytes

/// A document of about 1 KB: nested parts before the fields that name it, blanks, escapes, UTF-8 and decimals that
/// writing it again would change.
struct Document {
    private static let cities: [StaticString] = ["Köln", "Graz", "Z\\u00fcrich", "Gent", "Århus"]

    static func write(_ order: OrderEvent, version: Int, _ random: inout Randomness, to buffer: inout ByteBuffer) {
        func text(_ text: StaticString) { buffer.append(text) }
        func number(_ value: Int) { buffer.append(decimal: Int64(value)) }
        text("{\"at\": \"")
        buffer.append(order.at.span)
        text("\",\"currency\":\"EUR\",\"customer\":{\"id\":\"c-")
        number(order.customer)
        text("\",\"name\":\"Customer \\\"")
        number(order.customer)
        text("\\\"\",\"city\":\"")
        text(cities[random.below(cities.count)])
        text("\",\"street\":\"Lindenstraße ")
        number(1 + random.below(200))
        text("\",\"since\":")
        number(1990 + random.below(36))
        text("},\"items\":[")
        for index in 0..<4 {
            if index > 0 { text(", ") }
            let sku = random.below(100_000)
            text("{\"sku\":\"sku-")
            number(sku)
            text("\",\"title\":\"article ")
            number(sku)
            text(" in the usual packing, blue or green\",\"quantity\":")
            number(1 + random.below(9))
            text(",\"price\":")
            number(1 + random.below(200))
            text(".")
            number(10 + random.below(90))
            text(sku & 7 == 0 ? ",\"gift\":true,\"tags\":[\"new\",\"t" : ",\"gift\":false,\"tags\":[\"sale\",\"t")
            number(sku % 50)
            text("\"]}")
        }
        text("],\"customerId\":\"c-")
        number(order.customer)
        text("\",\"note\":\"leave at the door, ring twice; event ")
        number(version)
        text(" of the generated stream\",\"orderId\":\"o-")
        number(order.order)
        text("\",\"shipping\":{\"carrier\":\"post\",\"parcels\":")
        number(1 + order.sku % 3)
        text(",\"weight\":")
        number(order.total / 100)
        text(".50,\"express\":false},\"status\":\"")
        text(OrderEvent.statusNames[order.kind.rawValue])
        text("\",\"total\":")
        number(order.total)
        text(",\"type\":\"")
        text(OrderEvent.typeNames[order.kind.rawValue])
        text("\",\"version\":")
        number(version)
        text("}")
    }
}
