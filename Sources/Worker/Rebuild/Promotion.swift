public import Records
public import Redis

/// One promotion, decided step by step: it takes what Redis returned and says what to do next; ``PromotionDriver`` does it.
///
/// Comparing → draining → meeting → swapping. Until the drain nothing has changed; from then on the records of the home
/// database hold this promotion's token, and nobody writes the live generations. The swap is one transaction under the
/// WATCH of everything that was compared. Whatever goes wrong in between, the records are set back to `open` under WATCH,
/// or it is found that someone else did that: the promotion is undone. After a lost reply the identifiers in the two
/// databases show what happened.
public struct Promotion: Sendable {
    public struct Settings: Sendable {
        /// Names this promotion in the records.
        public var token: String
        /// What the history is to say; the time is filled in.
        public var history: HistoryEntry
        public var drainMilliseconds: Int64 = 10_000
        /// Between two looks at the checkpoints while the build approaches.
        public var pollMilliseconds: Int64 = 2
        /// How long it tries to learn or to put right what it left, before it leaves that to the workers.
        public var patienceMilliseconds: Int64 = 60_000

        public init(token: String, history: HistoryEntry) {
            self.token = token
            self.history = history
        }
    }

    /// What is to be done next.
    public enum Action: Sendable, Equatable {
        /// Send these commands to Redis, the home database being selected; then `take` their replies.
        case send([[String]])
        case wait(milliseconds: Int64)
        /// Open a new connection to the home database.
        case connect
        case end(PromotionOutcome)
    }

    /// What came of it.
    public enum Input: Sendable {
        case replies([RedisValue])
        /// The connection is gone, and what was sent may have been carried out.
        case disconnected(String)
        case connected
        /// No new connection could be opened.
        case unreachable(String)
        case waited
    }

    enum Phase: Equatable {
        /// The records are read; nothing was changed.
        case comparing
        /// The drain is on its way.
        case draining
        /// The live generations stand, the build approaches their checkpoints.
        case meeting
        /// The swap is on its way.
        case swapping
        /// The records' way back to `open` is on its way.
        case reopening
        /// There is no connection.
        case disconnected
        case ended(PromotionOutcome)
    }

    let subject: PromotionSubject
    let settings: Settings
    var phase = Phase.comparing
    /// How many partitions of each topic are read.
    var counts: [[Int]]
    /// The last look of before the drain.
    var before: PromotionReading?
    /// When the drain was known to hold, by the caller's clock.
    var drainedAt: Int64?
    /// Whether a drain or a swap was sent of which it is not known that nothing came of it.
    var hasSentDrain = false
    var hasSentSwap = false
    /// Whether a connection was lost with a drain on it, which may be carried out at any time.
    var hasLostDrain = false
    /// Why the promotion is being given up.
    var retreat: String?
    /// Which partition is awaited.
    var awaited = ""
    /// How often others wrote the records, or the connection was lost, in between.
    var collisions = 0
    /// Since when Redis keeps it from learning or putting right what it left; nil: it does not.
    var troubledSince: Int64?

    public init(_ subject: PromotionSubject, _ settings: Settings) {
        self.subject = subject
        self.settings = settings
        counts = subject.projections.map { $0.topics.map { _ in 0 } }
    }

    /// The first thing to do.
    public var first: Action { look() }

    /// Whether the live generations stand because of it, as far as it knows.
    public var isDrained: Bool { drainedAt != nil }

    /// Gives up at the next step, unless the swap is done.
    public mutating func cancel(_ words: String) { if retreat == nil { retreat = words } }

    /// `now`: milliseconds of any clock that only goes forward.
    public mutating func take(_ input: Input, now: Int64) -> Action {
        switch input {
        case .replies(let replies): return takeReplies(replies, now: now)
        case .disconnected(let words):
            guard hasSentDrain else { return end(.refused(words)) }
            if phase == .draining { hasLostDrain = true }
            phase = .disconnected
            collided("the connection to Redis was lost again and again: \(words)")
            if troubledSince == nil { troubledSince = now }
            return .connect
        case .connected:
            phase = drainedAt == nil ? .comparing : .meeting
            return look()
        case .unreachable(let words):
            if let outcome = gaveUp(words, now: now) { return end(outcome) }
            return .wait(milliseconds: 200)
        case .waited: return phase == .disconnected ? .connect : look()
        }
    }

    private mutating func takeReplies(_ replies: [RedisValue], now: Int64) -> Action {
        switch phase {
        case .comparing, .meeting:
            if let words = PromotionReading.refusal(in: replies) { return troubled(words, now: now) }
            guard let reading = PromotionReading(replies, subject, counts: counts) else {
                return troubled("Redis's replies are not those of its commands", now: now)
            }
            troubledSince = nil
            return decide(reading, now: now)
        case .draining: return takeDrain(ExecOutcome(replies), now: now)
        case .swapping: return takeSwap(ExecOutcome(replies), now: now)
        case .reopening: return takeReopening(ExecOutcome(replies), now: now)
        case .disconnected: return .connect
        case .ended(let outcome): return .end(outcome)
        }
    }

    /// Nothing is tried for ever.
    mutating func collided(_ words: String) {
        collisions += 1
        if collisions >= 20 { cancel(words) }
    }

    // MARK: Ends

    mutating func end(_ outcome: PromotionOutcome) -> Action {
        phase = .ended(outcome)
        return .end(outcome)
    }

    /// Ends what is given up and stands nowhere any more.
    mutating func endWithout(_ words: String) -> Action {
        end(hasSentDrain ? .undone(words) : .refused(words))
    }

    func look() -> Action { .send(PromotionReading.commands(subject, counts: counts)) }

    /// Redis refuses a look or the way back: tried again for a while, if there is something to put right.
    mutating func troubled(_ words: String, now: Int64) -> Action {
        guard hasSentDrain else { return end(.refused(words)) }
        cancel(words)
        if troubledSince == nil { troubledSince = now }
        phase = drainedAt == nil ? .comparing : .meeting
        if let outcome = gaveUp(words, now: now) { return end(outcome) }
        return .wait(milliseconds: 50)
    }

    private func gaveUp(_ words: String, now: Int64) -> PromotionOutcome? {
        guard let troubledSince, now - troubledSince > settings.patienceMilliseconds else { return nil }
        let rest =
            "Workers set the records back to open once the drain's deadline has passed. See `lantern generations` for what is live."
        return .unknown(
            hasSentSwap
                ? "\(words). Whether the databases were exchanged could not be found out. \(rest)"
                : "\(words). The databases were not exchanged. \(rest)")
    }
}
