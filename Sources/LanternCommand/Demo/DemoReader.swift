import Bytes
import Redis
import Synchronization
import System
import Worker

/// Reads rows of two views in one MULTI, again and again, while their definition is exchanged.
final class DemoReader: Sendable {
    struct Seen {
        var looks = 0
        /// How often what was read became that of the other definition.
        var switches = 0
        /// What belongs to neither definition, in words.
        var faults: [String] = []
    }

    private struct State {
        var seen = Seen()
        var isStopped = false
        var hasEnded = false
    }

    private let options: RedisOptions
    /// An order that was paid, and its customer.
    let order: String
    let customer: String
    private let state = Mutex(State())

    /// Chooses the rows, and begins to read.
    init(_ options: RedisOptions) throws {
        self.options = options
        var redis = try RedisConnection.open(options)
        (order, customer) = try Self.paidOrder(&redis)
        try DetachedThread.start { [self] in run() }
    }

    /// Whatever comes later, no event touches a paid order again.
    private static func paidOrder(_ redis: inout RedisConnection) throws -> (order: String, customer: String) {
        var found: (order: String, customer: String)?
        var cursor = RedisConnection.scanStart
        repeat {
            let page = try redis.scanPage(match: Array("order:*".utf8), from: cursor)
            cursor = page.next
            for key in page.keys where found == nil {
                let name = String(decoding: key, as: UTF8.self)
                let fields = (try redis.command("HMGET", name, "status", "customer").elements ?? []).map(\.text)
                guard fields.count == 2, fields[0] == "paid", let customer = fields[1] else { continue }
                found = (name, customer)
            }
        } while found == nil && cursor != RedisConnection.scanStart
        guard let found else { throw WorkerError(.failed, "no order was paid: the demo produced too few events") }
        return found
    }

    /// Waits for the last look.
    func stop() -> Seen {
        state.withLock { $0.isStopped = true }
        while !state.withLock({ $0.hasEnded }) { Pause.milliseconds(5) }
        return state.withLock { $0.seen }
    }

    private func run() {
        defer { state.withLock { $0.hasEnded = true } }
        var before: [String]?
        do {
            var redis = try RedisConnection.open(options)
            while !state.withLock({ $0.isStopped }) {
                let found = try look(&redis)
                state.withLock { state in
                    state.seen.looks += 1
                    if !Self.isWhole(found), state.seen.faults.count < 20 {
                        state.seen.faults.append("\(order) and customer-revenue:\(customer): \(found)")
                    }
                    if let before, before != found { state.seen.switches += 1 }
                }
                before = found
            }
        } catch { state.withLock { $0.seen.faults.append("\(error)") } }
    }

    /// The order's status, and how the revenue of its customer is counted.
    private func look(_ redis: inout RedisConnection) throws -> [String] {
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("HGET", order, "status")
        commands.command("HEXISTS", "customer-revenue:\(customer)", "cents")
        commands.command("HEXISTS", "customer-revenue:\(customer)", "mills")
        commands.command("EXEC")
        let replies = try redis.roundTrip(commands).last?.elements ?? []
        return replies.map { $0.text ?? $0.integer.map { "\($0)" } ?? "nothing" }
    }

    private static func isWhole(_ found: [String]) -> Bool {
        found == ["paid", "1", "0"] || found == ["settled", "0", "1"]
    }
}
