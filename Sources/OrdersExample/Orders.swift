import Lantern

/// The `orders` projection of deploy/demo/lantern.yaml in Swift: one row for each order, what each customer brought in, a
/// leaderboard, the newest orders, and orders per minute.
struct Orders: Projection {
    static let name = "orders", version = 1
    static let topics = [Topic("orders", key: "$.orderId")]
    static let time = "$.at"

    let type = Field("$.type")
    let orderId = Field("$.orderId")
    let customerId = Field("$.customerId")
    let total = Field("$.total")
    let at = Field("$.at")
    let note = Field("$.note?")

    let order = HashView("order:{orderId}")
    let customerRevenue = HashView(shared: "customer-revenue:{customerId}")
    let topCustomers = SortedSetView(shared: "customers:by-revenue", .sums)
    let latestOrders = LatestView("orders:latest", keep: 100)
    let ordersPerMinute = BucketsView("orders:per-minute", every: .minutes(1), retain: .hours(24))

    func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
        switch event[type] {
        case "OrderPlaced":
            try order.set("status", to: "placed", in: &changes)
            try order.set("total", to: event[total], in: &changes)
            try order.set("customer", to: event[customerId], in: &changes)
            try order.set("placedAt", to: event[at], in: &changes)
            try order.set("note", to: event[note], in: &changes)
            try latestOrders.add(event[orderId], in: &changes)
            try ordersPerMinute.increment("placed", in: &changes)
        case "OrderPaid":
            let cents = try event[total].integer(scale: 2)
            try order.set("status", to: "paid", in: &changes)
            try customerRevenue.increment("cents", by: cents, in: &changes)
            try customerRevenue.increment("orders", by: 1, in: &changes)
            try topCustomers.increment(event[customerId], by: cents, in: &changes)
            try ordersPerMinute.increment("paid", in: &changes)
        case "OrderDeleted":
            try order.delete(in: &changes)
        default:
            break
        }
    }
}
