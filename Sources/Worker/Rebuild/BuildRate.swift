/// How fast a build goes, and when it will be there: over the last ten seconds, and by its slowest partition.
public struct BuildRate: Sendable {
    private static let window: Int64 = 10_000

    private var samples: [(at: Int64, progress: BuildProgress)] = []

    public init() {}

    /// Takes what was read at that time, in milliseconds of a clock that does not go back.
    public mutating func add(_ progress: BuildProgress, at now: Int64) {
        samples.append((now, progress))
        while samples.count > 2, samples[1].at <= now - Self.window { samples.removeFirst() }
    }

    /// Events a second.
    public var eventsPerSecond: Double {
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return 0 }
        return Double(max(0, last.progress.reached - first.progress.reached)) * 1_000 / Double(last.at - first.at)
    }

    /// Seconds until the slowest partition has reached what is live now; nil if some partition does not move.
    public var secondsLeft: Double? {
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return nil }
        let seconds = Double(last.at - first.at) / 1_000
        var longest = 0.0
        for (before, now) in zip(first.progress.partitions, last.progress.partitions) where now.remaining > 0 {
            let gained = Double(now.build - before.build)
            guard gained > 0 else { return nil }
            longest = max(longest, Double(now.remaining) / gained * seconds)
        }
        return longest
    }

    /// Whether less is left than a second's worth of events.
    public var isCaughtUp: Bool {
        guard let last = samples.last else { return false }
        return last.progress.remaining == 0 || Double(last.progress.remaining) < eventsPerSecond
    }
}
