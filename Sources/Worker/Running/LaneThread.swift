import Glibc
import Kafka
import Redis

/// A detached thread that runs one closure: a lane blocks in `poll(2)`, which has no place on Swift's cooperative pool.
final class LaneThread: @unchecked Sendable {
    // Handed to exactly one thread, which alone uses it.
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    func launch() {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(self).toOpaque()
        _ = unsafe pthread_create(
            &thread, nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                unsafe Unmanaged<LaneThread>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, box)
        pthread_detach(thread)
    }
}

/// Carries a lane to its thread, which runs it in place.
final class LaneBox {
    private var lane: Lane<Consumer, RedisConnection>

    init(_ lane: consuming Lane<Consumer, RedisConnection>) { self.lane = lane }

    func run(fixed: [(topic: Int, partition: Int32)]?) -> LaneOutcome { lane.run(fixed: fixed) }
}
