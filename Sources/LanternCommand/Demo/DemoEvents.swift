/// Order and customer events in a deterministic order, and what the views must hold after them: a fold that knows the
/// events it made and shares nothing with the worker's.
struct DemoEvents {
    struct Record {
        var topic: String
        var key: String
        /// nil: a tombstone.
        var value: String?
    }

    private(set) var expected = DemoRows()
    private var state: UInt64
    private var nextOrder = 1
    /// Orders that were placed and not yet paid or deleted: number, customer, cents.
    private var open: [(order: Int, customer: Int, cents: Int)] = []
    /// Event times run over the hour before the start, in seconds since 1970.
    private let firstSecond: Int64
    private let total: Int

    init(seed: UInt64, startSecond: Int64, total: Int) {
        state = seed
        firstSecond = startSecond - 3_600
        self.total = max(total, 1)
    }

    private mutating func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    /// Event `index`; one of twenty is a customer's.
    mutating func next(_ index: Int) -> Record {
        if random(20) == 0 { return customer() }
        let second = firstSecond + Int64(Double(min(index, total)) / Double(total) * 3_600)
        if open.count > 5_000 || (open.count > 100 && random(2) == 0) {
            let chosen = open.remove(at: random(open.count))
            return random(10) == 0 ? deleted(chosen, second) : paid(chosen, second)
        }
        return placed(second)
    }

    private mutating func placed(_ second: Int64) -> Record {
        let order = (order: nextOrder, customer: random(1_000), cents: 100 + random(50_000))
        nextOrder += 1
        open.append(order)
        let note = random(3) == 0 ? "leave at the door" : nil
        let at = Self.time(second)
        let key = "o-\(order.order)"
        var row = [
            "status": "placed", "total": Self.amount(order.cents), "customer": "c-\(order.customer)", "placedAt": at,
        ]
        row["note"] = note
        expected.hashes["order:\(key)"] = row
        expected.newest.append((second * 1_000, key))
        if expected.newest.count > 10_000 { expected.trim() }
        expected.increment("orders:per-minute:\(second / 60 * 60)", "placed", 1)
        let end = note.map { #","note":"\#($0)"}"# } ?? "}"
        return record(order, "OrderPlaced", at, end)
    }

    private mutating func paid(_ order: (order: Int, customer: Int, cents: Int), _ second: Int64) -> Record {
        expected.hashes["order:o-\(order.order)"]?["status"] = "paid"
        expected.increment("customer-revenue:c-\(order.customer)", "cents", order.cents)
        expected.increment("customer-revenue:c-\(order.customer)", "orders", 1)
        expected.revenue["c-\(order.customer)", default: 0] += order.cents
        expected.increment("orders:per-minute:\(second / 60 * 60)", "paid", 1)
        return record(order, "OrderPaid", Self.time(second), "}")
    }

    private mutating func deleted(_ order: (order: Int, customer: Int, cents: Int), _ second: Int64) -> Record {
        expected.hashes["order:o-\(order.order)"] = nil
        return record(order, "OrderDeleted", Self.time(second), "}")
    }

    private func record(_ order: (order: Int, customer: Int, cents: Int), _ type: String, _ at: String, _ end: String)
        -> Record
    {
        let value =
            #"{"type":"\#(type)","orderId":"o-\#(order.order)","customerId":"c-\#(order.customer)","total":\#(Self.amount(order.cents)),"at":"\#(at)","lines":[{"sku":"s-\#(order.order % 977)","quantity":2}]\#(end)"#
        return Record(topic: "orders", key: "o-\(order.order)", value: value)
    }

    private mutating func customer() -> Record {
        let key = "c-\(random(1_000))"
        if random(25) == 0 {
            expected.hashes["customer:\(key)"] = nil
            return Record(topic: "customers", key: key, value: nil)
        }
        let level = random(9)
        let city = ["Oslo", "Łódź", "São Paulo", "Kyōto"][random(4)]
        expected.hashes["customer:\(key)"] = ["name": "Customer \(key)", "city": city, "level": "\(level)"]
        return Record(
            topic: "customers", key: key,
            value: #"{"name":"Customer \#(key)","city":"\#(city)","level":\#(level),"phone":null}"#)
    }

    private static func amount(_ cents: Int) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }

    /// RFC 3339 in UTC. Source of the calendar: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    static func time(_ second: Int64) -> String {
        let days = second / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let ofDay = second % 86_400
        return
            "\(year)-\(two(month))-\(two(dayOfYear - (153 * shifted + 2) / 5 + 1))T\(two(ofDay / 3_600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))Z"
    }
}
