import BenchmarkEvents

/// What the two views and the leaderboard of `scripts/bench rebuild` must hold, under its first definition and under its
/// second; in the form of ``ExpectedRows``.
struct StreamedRows {
    private struct Order {
        var status = OrderEvent.Kind.placed
        var total: Int32 = 0
        var events: Int32 = 0
        var sum = 0
    }

    private var orders: [Order]
    private var probes: [Order] = []
    private var customers: [Int: Int] = [:]

    init(orders count: Int) { orders = Array(repeating: Order(), count: count) }

    mutating func add(_ event: OrderEvent, isProbe: Bool) {
        customers[event.customer, default: 0] += event.total
        if isProbe {
            probes.append(Order())
            Self.add(event, to: &probes[event.order])
        } else {
            Self.add(event, to: &orders[event.order])
        }
    }

    private static func add(_ event: OrderEvent, to order: inout Order) {
        order.status = event.kind
        order.total = Int32(event.total)
        order.events += 1
        order.sum += event.total
    }

    /// `before.rows` and `after.rows`.
    func write(to sink: (_ name: String) throws -> RowFile) throws {
        try write(to: try sink("before"), status: "status", sum: "cents", factor: 100)
        try write(to: try sink("after"), status: "state", sum: "tenths", factor: 1_000)
    }

    private func write(to file: RowFile, status: String, sum: String, factor: Int) throws {
        for (prefix, rows) in [("o", orders), ("p", probes)] {
            for (number, order) in rows.enumerated() where order.events > 0 {
                let name = OrderEvent.statusNames[order.status.rawValue]
                try file.add("h\torder:\(prefix)-\(number)\t\(status)\t\(name)\ttotal\t\(order.total)")
                try file.add("h\tspent:\(prefix)-\(number)\t\(sum)\t\(order.sum * factor)\tevents\t\(order.events)")
            }
        }
        var board = "z\tcustomers:by-revenue"
        for (customer, sum) in customers { board += "\tc-\(customer)\t\(sum * 100)" }
        if !customers.isEmpty { try file.add(board) }
        try file.close()
    }
}
