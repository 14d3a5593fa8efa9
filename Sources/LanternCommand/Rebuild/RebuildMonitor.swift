import Projections
import Redis
import Worker

/// Follows one build while this process folds it: how far it is, what it waits for, and how it ends.
struct RebuildMonitor: ~Copyable {
    enum Outcome: Equatable {
        case caughtUp
        case promoted
        /// Every partition that can go on has caught up; these are halted.
        case halted(String)
        case gone
    }

    /// So long between two looks, in milliseconds.
    private static let interval: Int64 = 250
    /// Under live traffic the last event is never reached: so long within a second's worth of it is enough.
    private static let steady: Int64 = 3_000

    private var reader: BuildReader
    private let runners: [ProjectionRunner]
    private let endsCaughtUp: Bool
    private var rate = BuildRate()
    private var nextLook: Int64 = 0
    private var nearSince: Int64?
    private var speed = BuildSpeed()
    private(set) var progress = BuildProgress()
    private(set) var outcome: Outcome?

    var build: Build { reader.build }

    /// How many events a second it folded from where it began until it had caught up; nil if that says nothing.
    var eventsPerSecond: Int? { speed.eventsPerSecond }

    init(_ reader: consuming BuildReader, _ runners: [ProjectionRunner], endsCaughtUp: Bool) {
        self.reader = reader
        self.runners = runners
        self.endsCaughtUp = endsCaughtUp
    }

    /// Looks, and shows what it sees; false once the build has ended for this process.
    mutating func tick(_ output: inout RebuildOutput, now: Int64) -> Bool {
        guard now >= nextLook, outcome == nil else { return outcome == nil }
        nextLook = now + Self.interval
        do {
            switch try reader.read() {
            case .promoted: outcome = .promoted
            case .gone: outcome = .gone
            case .beside(let progress):
                self.progress = progress
                rate.add(progress, at: now)
                speed.add(progress, isLimited: limit != nil || reason != nil, isCaughtUp: rate.isCaughtUp, at: now)
                output.show(progress, rate, build, reason: reason, limit: limit, at: now)
                judge(now: now)
            }
        } catch {
            output.show(progress, rate, build, reason: "\(error)", limit: nil, at: now)
        }
        return outcome == nil
    }

    private mutating func judge(now: Int64) {
        guard endsCaughtUp else { return }
        let halted = self.halted
        let left = progress.partitions.filter { halted["\($0.projection) \($0.topic)-\($0.partition)"] == nil }
        let isThere = left.allSatisfy { $0.remaining == 0 }
        if isThere, let words = halted.sorted(by: { $0.key < $1.key }).first?.value {
            outcome = .halted(words)
            return
        }
        nearSince = rate.isCaughtUp ? nearSince ?? now : nil
        if isThere || nearSince.map({ now - $0 >= Self.steady }) == true { outcome = .caughtUp }
    }

    /// The partitions that this process holds and that are halted, each with its reason.
    private var halted: [String: String] {
        var found: [String: String] = [:]
        for runner in runners {
            for partition in runner.snapshots.flatMap(\.partitions) {
                guard let reason = partition.haltReason else { continue }
                found["\(runner.settings.plan.name) \(partition.topic)-\(partition.partition)"] = reason.message
            }
        }
        return found
    }

    /// What bounds its rate while there is something to fold.
    private var limit: String? {
        if progress.remaining > 0, let throttled = runners.lazy.compactMap(\.throttling).first {
            return throttled.words
        }
        guard progress.remaining > 0, let rate = runners.lazy.compactMap(\.rateLimit).first else { return nil }
        return RateChange.limit(rate).words
    }

    /// Why it does not go on; nil while it does, or has nothing to do.
    private var reason: String? {
        for runner in runners {
            switch runner.state {
            case .blocked(let error): return error.message
            case .idle(let why): return why
            case .starting, .running, .ended: break
            }
        }
        if let words = halted.sorted(by: { $0.key < $1.key }).first?.value { return words }
        guard progress.remaining > 0 else { return nil }
        let snapshots = runners.flatMap(\.snapshots)
        if snapshots.contains(where: { !$0.hasJoined }) { return "joining the consumer group" }
        return snapshots.contains(where: \.isAway) ? "Redis is away" : nil
    }
}
