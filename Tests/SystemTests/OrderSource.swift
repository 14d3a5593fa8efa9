import Bytes
import Foundation
import Oracle
import Seeded

/// Random events of an order shop, the same for the same seed; their times lie within the last hour.
struct OrderSource {
    struct Order {
        var key: [UInt8]
        var value: [UInt8]
    }

    private var random: SplitMix64
    private let orders: Int
    private let start: Int
    private var made = 0
    private var minute = (0, "")

    /// - Parameter orders: how many different keys.
    init(seed: UInt64, orders: Int) {
        random = SplitMix64(seed: seed)
        self.orders = orders
        start = (Int(Date().timeIntervalSince1970) / 60 - 60) * 60
    }

    mutating func next() -> Order {
        made += 1
        let bits = random.next()
        let order = "o-\(bits % UInt64(orders))"
        let type =
            switch (bits >> 32) % 16 {
            case 0..<6: "OrderPlaced"
            case 6..<12: "OrderPaid"
            case 12..<15: "OrderShipped"
            default: "OrderDeleted"
            }
        let cents = (bits >> 40) % 100_000
        let fraction = cents % 100
        let note = (bits >> 28) % 4 == 0 ? #","note":"leave at the d\u00f6\#(bits % 7)r""# : ""
        let text =
            "{\"type\":\"\(type)\",\"orderId\":\"\(order)\",\"customerId\":\"c-\(bits % 997)\",\"total\":"
            + "\(cents / 100).\(fraction < 10 ? "0" : "")\(fraction),\"at\":\"\(time(bits))\""
            + ",\"lines\":[{\"sku\":\"s-\(bits % 5_000)\",\"quantity\":2}]\(note)}"
        return Order(key: Array(order.utf8), value: Array(text.utf8))
    }

    private mutating func time(_ bits: UInt64) -> String {
        let second = Int((bits >> 8) % 3_600)
        let at = start + second
        if minute.0 != at / 60 { minute = (at / 60, Self.minuteText(at)) }
        return minute.1 + (at % 60 < 10 ? "0" : "") + "\(at % 60)Z"
    }

    private static func minuteText(_ seconds: Int) -> String {
        var moment = time_t(seconds)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&moment, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute) = unsafe (parts.tm_hour, parts.tm_min)
        return "\(year)-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):"
    }
}
