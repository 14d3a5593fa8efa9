import Foundation
import LanternClient

/// The example of the article Reads, which is to compile.
func readOrders(_ gateway: URL, token: String, show: (Any?) -> Void) async throws {
    struct Order: Decodable { var status: String, total: String }
    let lantern = LanternReader(gateway, token: { token })
    let order = Question.row("orders", "order", "o-17")
    do {
        // As Kafka acknowledged it.
        let event = Condition.Event(topic: "orders", partition: 0, offset: 1)
        let answer = try await lantern.read(order, as: Row<Order>.self, .after(event, wait: .milliseconds(500)))
        print(answer.rows?.fields.total ?? "no such order", answer.checkpoint ?? "")
    } catch ReadError.stale(let shortfall) {
        // 503: ask again, or allow stale rows.
        print(shortfall.eventsBehind ?? 0, "events behind")
    } catch ReadError.parked(let event, _) {
        print(event, "could not be projected")
    }
    for try await change in lantern.changes(of: order, as: Row<Order>.self) {
        switch change {
        case .snapshot(let answer), .rows(let answer): show(answer.rows)
        // A snapshot follows.
        case .reset: continue
        }
    }
}
