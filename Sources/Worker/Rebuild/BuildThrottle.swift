/// Keeps a build from slowing down what is live: it is halved while live events become visible later than three times the
/// normal p99, grows again once they do not, and rests while Redis is nearly full. For freshness' sake it never goes slower than
/// a quarter faster than live: it would load Redis for ever, and never end.
///
/// Normal is the lowest p99 of a minute that was seen, and never less than ten milliseconds: below that nobody notices.
struct BuildThrottle: Sendable {
    static let tolerated: Int64 = 3
    static let least: Int64 = 10
    static let fullest = 0.85
    /// It rests until Redis is this much emptier, so that it does not begin and rest in turn.
    static let margin = 0.02
    /// What is measured is of the last ten seconds: so long between two steps, in milliseconds.
    static let step: Int64 = 10_000
    /// No live generation folds more events a second: a registry that says so is wrong.
    static let fastestLive = 1_000_000_000
    /// The slowest that it goes for freshness' sake beside a quiet live generation, in events a second.
    static let slowest = 100

    /// Projection → normal p99 in milliseconds.
    private var normal: [String: Int64] = [:]
    /// How fast it was when it was first slowed down.
    private var full = 0
    private var nextStep: Int64 = 0
    /// Events a second that it may fold; nil: as many as it can.
    private(set) var rate: Int?
    private(set) var reason: ThrottleReason?

    /// Judges once a second; `speed` is how fast the build is now, in events a second.
    mutating func judge(_ live: LiveCondition, speed: Int, now: Int64) {
        for each in live.freshness {
            let minute = max(Self.least, each.minute)
            normal[each.projection] = min(normal[each.projection] ?? minute, minute)
        }
        if isFull(live) { return }
        guard now >= nextStep else { return }
        if let slow = slow(live) {
            nextStep = now + Self.step
            if rate == nil { full = max(speed, Self.slowest) }
            rate = max(Self.slowest, live.rate * 5 / 4, (rate ?? full) / 2)
            reason = slow
        } else if let rate {
            nextStep = now + Self.step
            let next = rate + rate / 2
            self.rate = next < full ? next : nil
            if self.rate == nil { reason = nil }
        }
    }

    private mutating func isFull(_ live: LiveCondition) -> Bool {
        let wasFull = if case .memory? = reason { true } else { false }
        guard let ratio = live.memoryRatio, ratio > Self.fullest - (wasFull ? Self.margin : 0) else {
            if wasFull { (rate, reason) = (nil, nil) }
            return false
        }
        (rate, reason) = (0, .memory(percent: Int((ratio * 100).rounded())))
        return true
    }

    /// The projection that is slowed down most.
    private func slow(_ live: LiveCondition) -> ThrottleReason? {
        var worst: (excess: Int64, reason: ThrottleReason)?
        for each in live.freshness {
            let normal = normal[each.projection] ?? Self.least
            let excess = each.recent - Self.tolerated * normal
            if excess > 0, excess > worst?.excess ?? 0 {
                worst = (excess, .freshness(projection: each.projection, now: each.recent, normal: normal))
            }
        }
        return worst?.reason
    }
}
