public import Projections
public import Records
public import Redis
import System

/// A promotion as a whole: the ledger is handed over, the guards are asked, the databases are exchanged.
///
/// Whoever calls it has brought the build near to the live checkpoints, and keeps its lanes running.
public struct Promoter: Sendable {
    public struct Result: Sendable {
        public var facts: PromotionFacts
        public var refusals: [PromotionGuards.Refusal]
        /// nil if a guard refused, or it was only a trial.
        public var outcome: PromotionOutcome?
    }

    public var subject: PromotionSubject
    public var guards = PromotionGuards()
    public var drainMilliseconds: Int64 = 10_000
    /// Of the build's views, as far as they are known.
    public var kinds: [RowCensus.View: ViewKind] = [:]
    /// What the history is to say.
    public var history: HistoryEntry
    private let connect: @Sendable () throws(RedisError) -> RedisConnection

    /// `connect` opens connections to the home database.
    public init(
        _ subject: PromotionSubject, history: HistoryEntry,
        connect: @escaping @Sendable () throws(RedisError) -> RedisConnection
    ) {
        self.subject = subject
        self.history = history
        self.connect = connect
    }

    /// Only reads: what the guards would say now.
    public func examine() throws -> Result {
        var redis = try connect()
        let facts = try PromotionFacts.read(subject, kinds: kinds, &redis)
        return Result(facts: facts, refusals: guards.refusals(facts), outcome: nil)
    }

    /// Does it, unless a guard refuses.
    public func promote(isCancelled: () -> Bool = { false }) throws -> Result {
        var redis = try connect()
        try RedisRights.checkPromotion(subject, &redis)
        try handOverLedger(isCancelled, &redis)
        let facts = try PromotionFacts.read(subject, kinds: kinds, &redis)
        let refusals = guards.refusals(facts)
        guard refusals.isEmpty else { return Result(facts: facts, refusals: refusals, outcome: nil) }
        var settings = Promotion.Settings(
            token: GenerationRecord.drawIdentifier() + GenerationRecord.drawIdentifier(), history: history)
        settings.drainMilliseconds = drainMilliseconds
        var driver = try PromotionDriver(Promotion(subject, settings), connect: connect)
        return Result(facts: facts, refusals: [], outcome: driver.run(isCancelled: isCancelled))
    }

    /// Lanes look at requests once a second; whatever they do not answer is then for the guards to see.
    private func handOverLedger(_ isCancelled: () -> Bool, _ redis: inout RedisConnection) throws {
        var handover = LedgerHandover(subject)
        guard try handover.begin(&redis) > 0 else { return }
        for _ in 0..<300 where !isCancelled() {
            if try handover.isAnswered(&redis) { return }
            Pause.milliseconds(100)
        }
    }
}
