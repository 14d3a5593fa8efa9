/// Spreads so many events a second over the partitions that a build reads, as ceilings below the live ones.
struct RateLimit {
    /// A partition is given at most this long in advance: what it does not use goes to the others.
    private static let advance: Int64 = 500

    var eventsPerSecond: Int64
    private var given: [Place: Int64] = [:]
    private var last: Int64?
    /// Thousandths of events that could not be given yet.
    private var rest: Int64 = 0

    private struct Place: Hashable {
        var topic: Int
        var partition: Int32
    }

    init(eventsPerSecond: Int) { self.eventsPerSecond = Int64(eventsPerSecond) }

    /// The ceilings for now; `reached` is where the partitions are that this process reads.
    ///
    /// `backlog` is how many partitions are behind in all processes: this one has its share of the rate.
    mutating func limit(_ ceilings: [Ceiling], reached: [Ceiling], backlog: Int = 0, now: Int64) -> [Ceiling] {
        let places = Dictionary(
            reached.map { (Place(topic: $0.topic, partition: $0.partition), $0.next) }, uniquingKeysWith: { $1 })
        given = given.filter { places[$0.key] != nil }
        for (place, next) in places { given[place] = max(next, given[place] ?? next) }
        let behind = ceilings.count { places[Place(topic: $0.topic, partition: $0.partition)] ?? .max < $0.next }
        let (own, all) = (Int64(max(1, behind)), Int64(max(1, behind, backlog)))
        rest += eventsPerSecond * min(1_000, now - (last ?? now)) * own / all
        last = now
        let most = max(1, eventsPerSecond * own / all * Self.advance / 1_000)
        let hungry = ceilings.filter { ceiling in
            let place = Place(topic: ceiling.topic, partition: ceiling.partition)
            guard let next = places[place], let given = given[place] else { return false }
            return given < ceiling.next && given - next < most
        }
        if !hungry.isEmpty {
            let share = rest / 1_000 / Int64(hungry.count)
            rest -= share * 1_000 * Int64(hungry.count)
            for each in hungry {
                given[Place(topic: each.topic, partition: each.partition), default: 0] += share
            }
        }
        rest = min(rest, eventsPerSecond * 1_000)
        return ceilings.map { ceiling in
            var ceiling = ceiling
            let place = Place(topic: ceiling.topic, partition: ceiling.partition)
            // A partition that was assigned a moment ago waits for the next turn.
            ceiling.next = min(ceiling.next, given[place] ?? 0)
            return ceiling
        }
    }
}
