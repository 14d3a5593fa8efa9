/// Redis's clock, the one that all hosts share, as last told.
struct ServerClock {
    /// Milliseconds since 1970; nil before it was told.
    private(set) var told: Int64?
    /// When it was asked for, on the machine's clock.
    private var askedAt: Int64 = 0
    /// When the question was sent whose reply is awaited.
    private var pendingSince: Int64 = 0

    mutating func ask(now: Int64) { pendingSince = now }
    mutating func tell(_ time: Int64) { tell(time, askedAt: pendingSince) }

    mutating func tell(_ time: Int64, askedAt: Int64) {
        told = time
        self.askedAt = askedAt
    }

    /// Not before what Redis's clock shows now.
    func latest(now: Int64) -> Int64? { told.map { $0 + now - askedAt } }
}
