import Foundation
import Synchronization
import WebClient

/// A client that follows rows by server-sent events, is cut off at random, and goes on from its last event's id. It compares
/// each state that it is told with the fold of the log, and notes what it was not warned of.
final class PushedReader: Sendable {
    enum Rows: CaseIterable { case page, revenue, client }

    struct State: Sendable {
        var rows = ""
        var vector: PageVector?
        var generation = ""
        /// The id of the last event that had one.
        var place: String?
        /// What comes next must be all of the rows: it is the first event, or follows a reset.
        var awaitsSnapshot = true
        var events = 0
        var resets = 0
        var connections = 0
        var faults: [String] = []
    }

    let rows: Rows
    let customer: Int
    private let log: PageLog
    private let port: UInt16
    private let state = Mutex(State())
    private let isOver = Atomic(false)

    init(_ rows: Rows, of customer: Int, _ log: PageLog, port: UInt16) {
        self.rows = rows
        self.customer = customer
        self.log = log
        self.port = port
        Thread.detachNewThread { [self] in follow() }
    }

    var now: State { state.withLock { $0 } }

    /// It ends when its connection does.
    func end() { isOver.store(true, ordering: .relaxed) }

    private var path: String {
        switch rows {
        case .page: "/v1/queries/page/stream?customerId=c-\(customer)"
        case .revenue: "/v1/views/orders/revenue/c-\(customer)/stream"
        case .client: "/v1/views/customers/client/c-\(customer)/stream"
        }
    }

    /// What the rows are at a vector.
    func wanted(at vector: PageVector) -> String {
        switch rows {
        case .page: log.page(customer, at: vector)
        case .revenue: log.revenue(customer, at: vector)
        case .client: log.client(customer, at: vector)
        }
    }

    private func follow() {
        while !isOver.load(ordering: .relaxed) {
            Thread.sleep(forTimeInterval: .random(in: 0...0.3))
            guard let client = HTTPClient(port: port) else { continue }
            let place = now.place
            guard client.begin(path, place.map { ["Last-Event-ID: \($0)"] } ?? [])?.status == 200 else { continue }
            state.withLock { state in
                state.connections += 1
                state.awaitsSnapshot = place == nil
            }
            var isFirst = true
            while Int.random(in: 0..<15) > 0, let event = client.nextEvent() {
                state.withLock { take(event, isFirst, &$0) }
                isFirst = false
            }
        }
    }

    private func take(_ event: [String: String], _ isFirst: Bool, _ state: inout State) {
        state.events += 1
        let name = event["event"] ?? "none"
        func fault(_ words: String) {
            if state.faults.count < 3 {
                state.faults.append("\(path): \(words): \(event), before \(state.vector as Any)")
            }
        }
        if name == "reset" {
            state.resets += 1
            state.awaitsSnapshot = true
            return
        }
        guard let match = event["data"]?.wholeMatch(of: #/\{"rows":(.*),"checkpoint":"(.*)","generation":"(.*)"\}/#)
        else { return fault("not read") }
        let (rows, vector, generation) = (String(match.1), PageVector(String(match.2)), String(match.3))
        if state.awaitsSnapshot != (name == "snapshot") {
            fault("\(name), awaiting a snapshot: \(state.awaitsSnapshot)")
        }
        if rows != wanted(at: vector) { fault("not \(wanted(at: vector))") }
        if !state.awaitsSnapshot, let before = state.vector {
            // Whoever comes back may find a vector behind what it saw, if nothing of its rows is.
            if vector.isBehind(before), !isFirst || rows != state.rows { fault("it went back without a reset") }
            if generation != state.generation { fault("another generation than \(state.generation) without a reset") }
        }
        (state.rows, state.vector, state.generation) = (rows, vector, generation)
        state.place = event["id"] ?? state.place
        state.awaitsSnapshot = false
    }
}
