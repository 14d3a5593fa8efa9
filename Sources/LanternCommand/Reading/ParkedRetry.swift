import Projections
import Records
import Redis
import Worker

/// What `parked retry` asks for: one event, all of a key, or all.
struct ParkedRetry {
    enum Selection: Equatable {
        case place(ParkedPlace)
        case key(String)
        case all
    }

    let plan: ProjectionPlan
    let selection: Selection

    /// Leaves the requests and waits for the answers; nil if nothing of that is parked.
    func answers(_ redis: inout RedisConnection) throws -> [ParkedRequests.Answer]? {
        if case .all = selection {
            let lists = try ParkedReader(plan, &redis)?.lists(&redis) ?? []
            return lists.isEmpty ? nil : try ParkedRequests(plan: plan).retryAll(in: lists, &redis)
        }
        let places = try places(&redis)
        return places.isEmpty ? nil : try ParkedRequests(plan: plan).ask(.retry, of: places, &redis)
    }

    /// One request a key: what is parked behind the first event of a key is retried with it.
    private func places(_ redis: inout RedisConnection) throws -> [ParkedPlace] {
        if case .place(let place) = selection { return [place] }
        guard let reader = try ParkedReader(plan, &redis) else { return [] }
        var places: [ParkedPlace] = []
        for (topic, partition) in try reader.lists(&redis) {
            var seen: Set<[UInt8]> = []
            for (offset, key) in try reader.offsets(topic, partition, &redis) {
                if case .key(let wanted) = selection, key != Array(wanted.utf8) { continue }
                if let key, plan.isOrderDependent, !seen.insert(key).inserted { continue }
                if let place = ParkedPlace("\(topic):\(partition):\(offset)") { places.append(place) }
            }
        }
        return places
    }
}
