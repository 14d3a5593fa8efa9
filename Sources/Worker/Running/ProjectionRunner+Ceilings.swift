import Projections
import Records
import Redis
import Synchronization

// MARK: Ceilings

extension ProjectionRunner {
    /// Tells the lanes of a build how far the live generation is; cheap: it asks Redis at most every 50 ms.
    func feedCeilings(now: Int64) {
        let (controls, identifier, counts, stops) = building
        guard !controls.isEmpty else { return }
        let topics = settings.plan.topics
        let partitions = topics.indices.flatMap { topic in
            (0..<Int32(counts.indices.contains(topic) ? counts[topic] : 0)).map { (topic: topic, partition: $0) }
        }
        let reached = controls.flatMap(\.snapshot.partitions).compactMap { each -> Ceiling? in
            guard let topic = topics.firstIndex(where: { $0.name == each.topic }) else { return nil }
            return Ceiling(topic: topic, partition: each.partition, next: max(0, each.next))
        }
        let found = ceilings.withLock { reader in
            reader.read(
                settings, partitions, besides: identifier, reached: reached.reduce(0) { $0 + $1.next }, now: now)
        }
        guard let found else { return }
        let stopped = found.map { ceiling in
            var ceiling = ceiling
            ceiling.next = min(ceiling.next, stops[topics[ceiling.topic].name, ceiling.partition] ?? .max)
            return ceiling
        }
        let paced = pace.withLock { pace -> [Ceiling]? in
            guard pace.look(settings.plan.name, home: settings.redis.address.database, redis) else { return nil }
            return pace.limit(stopped, reached: reached)
        }
        guard let paced else { return }
        let gentle = throttle.withLock { $0.limit(paced, reached: reached, home: settings.redis) }
        for control in controls { control.setCeilings(gentle) }
    }

    /// Why its build goes slower than it could; nil: it does not.
    public var throttling: (reason: ThrottleReason, words: String)? {
        guard isBuilding else { return nil }
        return throttle.withLock { throttle in throttle.reason.map { ($0, throttle.words) } }
    }

    /// How many events a second its build may fold, in all processes together; nil: as many as they can.
    public var rateLimit: Int? { isBuilding ? pace.withLock { $0.rate } : nil }
}
