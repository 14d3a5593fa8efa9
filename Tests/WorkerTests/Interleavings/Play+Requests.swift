import Projections
import Records

@testable import Worker

/// The operator's part of a scripted run.
extension Play {
    private var redis: ModelRedis { world.redis }

    /// Leaves a request about one event; its answer comes under the identifier.
    func ask(_ action: RequestText.Action, _ offset: Int64, partition: Int = 0, as identifier: String = "i") {
        redis.setField(
            world.keys.requests, "t:\(partition):\(offset)", RequestText(action: action, identifier: identifier).text)
    }

    func answer(_ identifier: String = "i") -> String? {
        redis.text(world.keys.answer(identifier)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The identifier of the request that waits about an event.
    func waiting(_ offset: Int64, partition: Int = 0) -> String? {
        guard case .hash(let fields)? = redis.data[world.keys.requests],
            let text = fields["t:\(partition):\(offset)"]
        else { return nil }
        return RequestText(text: String(decoding: text, as: UTF8.self))?.identifier
    }

    func decision(_ offset: Int64, partition: Int = 0) -> LedgerEntry? { world.ledger(partition)[offset] }

    func decide(_ entry: LedgerEntry, _ offset: Int64, partition: Int = 0) {
        redis.setField(
            world.keys.ledger, "t:\(partition):\(offset)", String(decoding: entry.text, as: UTF8.self))
    }

    /// The hash of a record as it is in the log now.
    func hash(_ offset: Int64, partition: Int = 0) -> UInt64 {
        world.log.records[partition][Int(offset)].map { world.hash(of: $0, partition: partition) } ?? 0
    }

    func sum(_ row: Int, partition: Int = 0) -> Int? { world.state(partition).rows[row]?.sum }
}
