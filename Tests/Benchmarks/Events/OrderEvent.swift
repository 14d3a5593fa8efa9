public import Bytes

/// One generated order event; each of its forms has the same fields.
public struct OrderEvent {
    public enum Kind: Int, CaseIterable, Sendable {
        case placed, paid, shipped, delivered, deleted
    }

    public var order: Int
    public var customer: Int
    public var kind: Kind
    public var total: Int
    public var sku: Int
    /// Seconds since 1970, and as text.
    public var second: Int
    public var at: [UInt8]

    public init(order: Int, customer: Int, kind: Kind, total: Int, sku: Int, second: Int, at: [UInt8]) {
        self.order = order
        self.customer = customer
        self.kind = kind
        self.total = total
        self.sku = sku
        self.second = second
        self.at = at
    }

    public static let typeNames: [StaticString] = [
        "OrderPlaced", "OrderPaid", "OrderShipped", "OrderDelivered", "OrderDeleted",
    ]
    public static let statusNames: [StaticString] = ["placed", "paid", "shipped", "delivered", "deleted"]

    /// JSON of about 230 bytes.
    public func write(to buffer: inout ByteBuffer, orderPrefix: StaticString = "o-") {
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
