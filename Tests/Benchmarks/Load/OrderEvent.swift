import Bytes

/// One generated order event.
struct OrderEvent {
    enum Kind: Int, CaseIterable {
        case placed, paid, shipped, delivered, deleted
    }

    var order: Int
    var customer: Int
    var kind: Kind
    var total: Int
    var sku: Int
    /// Seconds since 1970, and as text.
    var second: Int
    var at: [UInt8]

    static let typeNames: [StaticString] = [
        "OrderPlaced", "OrderPaid", "OrderShipped", "OrderDelivered", "OrderDeleted",
    ]
    static let statusNames: [StaticString] = ["placed", "paid", "shipped", "delivered", "deleted"]

    /// About 230 bytes.
    func write(to buffer: inout ByteBuffer, orderPrefix: StaticString = "o-") {
        buffer.append("{\"type\":\"")
        buffer.append(Self.typeNames[kind.rawValue])
        buffer.append("\",\"orderId\":\"")
        buffer.append(orderPrefix)
        buffer.append(decimal: Int64(order))
        buffer.append("\",\"customerId\":\"c-")
        buffer.append(decimal: Int64(customer))
        buffer.append("\",\"status\":\"")
        buffer.append(Self.statusNames[kind.rawValue])
        buffer.append("\",\"total\":")
        buffer.append(decimal: Int64(total))
        buffer.append(",\"currency\":\"EUR\",\"at\":\"")
        buffer.append(at.span)
        buffer.append("\",\"lines\":[{\"sku\":\"s-")
        buffer.append(decimal: Int64(sku))
        buffer.append("\",\"quantity\":2,\"price\":499}],\"note\":\"leave at the door\"}")
    }
}
