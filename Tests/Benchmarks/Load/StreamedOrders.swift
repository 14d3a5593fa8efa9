import BenchmarkEvents
import Bytes
import Foundation

/// The orders of ``StreamedLoad``, the same at every run but for their times, and the rows that they make.
struct StreamedOrders {
    struct Order: ~Copyable {
        var number: Int
        var isProbe: Bool
        var key = ByteBuffer()
        var value = ByteBuffer(capacity: 512)
    }

    let keys: Int
    private(set) var made = 0
    private(set) var rows: StreamedRows
    private var probes = 0
    private var random = Randomness()
    private var second = -1
    private var at: [UInt8] = []

    init(keys: Int) {
        self.keys = keys
        rows = StreamedRows(orders: keys)
    }

    mutating func next(isProbe: Bool = false) throws -> Order {
        let now = Int(Date().timeIntervalSince1970)
        if now != second { (second, at) = (now, Array(timeText(now).utf8)) }
        // Every key once, so that their number is exact.
        let order = isProbe ? probes : made < keys ? made : random.below(keys)
        let event = OrderEvent(
            order: order, customer: random.below(10_000),
            kind: [.placed, .paid, .shipped, .delivered][random.below(4)],
            total: 100 + random.below(100_000), sku: random.below(5_000), second: now, at: at)
        made += 1
        if isProbe { probes += 1 }
        rows.add(event, isProbe: isProbe)
        var made = Order(number: order, isProbe: isProbe)
        made.key.append(isProbe ? "p-" : "o-")
        made.key.append(decimal: Int64(order))
        event.write(to: &made.value, orderPrefix: isProbe ? "p-" : "o-")
        return made
    }
}
