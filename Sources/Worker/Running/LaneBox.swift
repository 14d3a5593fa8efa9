import Kafka
import Redis

/// Carries a lane to its thread, which runs it in place.
final class LaneBox {
    private var lane: Lane<Consumer, RedisConnection>

    init(_ lane: consuming Lane<Consumer, RedisConnection>) { self.lane = lane }

    func run(fixed: [(topic: Int, partition: Int32)]?) -> LaneOutcome { lane.run(fixed: fixed) }
}
