import BenchmarkEvents
import Foundation

/// All views of the `orders` projection: a row an order, what customers brought in, a leaderboard, the newest orders,
/// orders a minute.
struct WideRows {
    private struct Order {
        /// nil: there is no row.
        var status: OrderEvent.Kind?
        /// The fields that only OrderPlaced sets, as the last one did since the row was made.
        var placed: (total: Int32, customer: Int32, second: Int)?
        /// The newest OrderPlaced ever; a delete of the row does not take it back.
        var newest = -1
    }

    private var orders: [Order] = []
    private var customers: [Int: (cents: Int, orders: Int)] = [:]
    private var minutes: [Int: (placed: Int, paid: Int)] = [:]

    init(orders count: Int = 0) { orders = Array(repeating: Order(), count: count) }

    mutating func add(_ event: OrderEvent) {
        let minute = event.second - event.second % 60
        switch event.kind {
        case .placed:
            orders[event.order].status = .placed
            orders[event.order].placed = (Int32(event.total), Int32(event.customer), event.second)
            orders[event.order].newest = max(orders[event.order].newest, event.second)
            minutes[minute, default: (0, 0)].placed += 1
        case .paid:
            orders[event.order].status = .paid
            customers[event.customer, default: (0, 0)].cents += event.total * 100
            customers[event.customer, default: (0, 0)].orders += 1
            minutes[minute, default: (0, 0)].paid += 1
        case .deleted:
            orders[event.order].status = nil
            orders[event.order].placed = nil
        case .shipped, .delivered: break
        }
    }

    func write(to file: RowFile) throws {
        for (number, order) in orders.enumerated() {
            guard let status = order.status else { continue }
            var line = "h\torder:o-\(number)\tstatus\t\(OrderEvent.statusNames[status.rawValue])"
            if let placed = order.placed {
                line += "\ttotal\t\(placed.total)\tcustomer\tc-\(placed.customer)\tplacedAt\t\(timeText(placed.second))"
                line += "\tnote\tleave at the door"
            }
            try file.add(line)
        }
        var board = "z\tcustomers:by-revenue"
        for (customer, sum) in customers {
            try file.add("h\tcustomer-revenue:c-\(customer)\tcents\t\(sum.cents)\torders\t\(sum.orders)")
            board += "\tc-\(customer)\t\(sum.cents)"
        }
        if !customers.isEmpty { try file.add(board) }
        // Of equal times the greater member stays.
        let newest = orders.enumerated().filter { $0.element.newest >= 0 }
            .map { (second: $0.element.newest, member: Array("o-\($0.offset)".utf8)) }
            .sorted { $0.second != $1.second ? $0.second > $1.second : $1.member.lexicographicallyPrecedes($0.member) }
        var latest = "z\torders:latest"
        for order in newest.prefix(100) {
            latest += "\t\(String(decoding: order.member, as: UTF8.self))\t\(order.second * 1000)"
        }
        if !newest.isEmpty { try file.add(latest) }
        for (minute, count) in minutes {
            var line = "h\torders:per-minute:\(minute)"
            if count.placed > 0 { line += "\tplaced\t\(count.placed)" }
            if count.paid > 0 { line += "\tpaid\t\(count.paid)" }
            try file.add(line)
        }
        try file.close()
    }
}

/// `2026-11-25T03:19:00Z`.
func timeText(_ second: Int) -> String { Date(timeIntervalSince1970: Double(second)).ISO8601Format() }
