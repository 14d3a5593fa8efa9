import Glibc
import Logging
import Projections
import Records
import Redis
import Synchronization
import System

/// `worker: { on-change: promote }`: makes the build that this process folds live, once it has caught up and all guards
/// hold; on a thread of its own, since the session tells the build's lanes meanwhile how far live is.
final class UnattendedPromotion: Sendable {
    private static let interval: Int32 = 500
    /// Under live traffic the last event is never reached: so long within a second's worth of it is enough.
    private static let steady: Int64 = 3_000
    /// So long after a guard has refused.
    private static let patience: Int64 = 60_000

    private let unit: BuildUnit
    private let build: Build
    private let redis: RedisOptions
    private let log: Log
    private let isStopped = Atomic(false)
    private let hasEnded = Atomic(false)

    init(_ unit: BuildUnit, _ build: Build, redis: RedisOptions, log: Log) {
        self.unit = unit
        self.build = build
        self.redis = redis
        self.log = log
    }

    var isDone: Bool { hasEnded.load(ordering: .acquiring) }

    func start() throws {
        try DetachedThread.start { [self] in
            run()
            hasEnded.store(true, ordering: .releasing)
        }
    }

    /// Asks it to end; a promotion under way sets what it drained back to open first.
    func stop() { isStopped.store(true, ordering: .releasing) }

    private var isCancelled: Bool { isStopped.load(ordering: .acquiring) }

    private func run() {
        var reader = BuildReader(unit, build, redis: redis)
        var rate = BuildRate()
        var nearSince: Int64?
        var notBefore: Int64 = 0
        while !isCancelled {
            _ = poll(nil, 0, Self.interval)
            let now = Clock.milliseconds()
            // While Redis does not answer, nothing is near.
            guard let finding = try? reader.read() else { continue }
            guard case .beside(let progress) = finding else { return }
            rate.add(progress, at: now)
            nearSince = rate.isCaughtUp ? nearSince ?? now : nil
            let isSteady = progress.remaining == 0 || nearSince.map { now - $0 >= Self.steady } == true
            guard isSteady, now >= notBefore else { continue }
            if promote(reader.build.database) { return }
            notBefore = now + Self.patience
        }
    }

    /// Whether it is live now.
    private func promote(_ database: Int) -> Bool {
        do {
            let options = redis
            var connection = try RedisConnection.open(options)
            let subject = try PromotionSubject.read(
                unit.names, home: unit.finder.home, database: database, &connection)
            connection.close()
            let history = HistoryEntry(
                who: ProcessOwner.name, command: "lantern run (on-change: promote)", result: "live: \(subject.numbers)")
            var promoter = Promoter(subject, history: history) { () throws(RedisError) in
                try RedisConnection.open(options)
            }
            for plan in unit.keepers.map(\.plan) {
                for view in plan.views { promoter.kinds[RowCensus.View(plan.name, view.name)] = view.kind }
            }
            let result = try promoter.promote(isCancelled: { self.isCancelled })
            if case .swapped(let pause)? = result.outcome {
                log.info("promoted", ["former": .count(database), "pauseMilliseconds": .count(pause)])
                return true
            }
            let words = result.refusals.map(\.message).joined(separator: "; ")
            log.warning("not promoted: \(words.isEmpty ? "\(result.outcome as Any)" : words)")
        } catch {
            log.warning("not promoted: \(error)")
        }
        return false
    }
}
