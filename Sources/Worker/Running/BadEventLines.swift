import Synchronization

/// Which of a partition's bad events are log lines: the first ten of a burst, then only how many there were, at 100,
/// 1,000 and so on. A minute without any ends a burst. All of them are in Redis, for `lantern parked list`.
final class BadEventLines: Sendable {
    enum Line: Equatable {
        /// This event, with its reason.
        case whole
        /// As `whole`; after it they are only counted.
        case lastWhole
        /// So many since the burst began.
        case count(Int)
    }

    private struct Burst {
        var count = 0
        var last: Int64
    }

    static let wholeLines = 10
    /// Milliseconds.
    static let calm: Int64 = 60_000

    private let bursts = Mutex<[String: Burst]>([:])

    /// What to write of one more at `place`, if anything. `now` in milliseconds.
    func next(_ place: String, now: Int64) -> Line? {
        bursts.withLock { bursts in
            var burst = bursts[place] ?? Burst(last: now)
            if now - burst.last > Self.calm { burst.count = 0 }
            burst.count += 1
            burst.last = now
            bursts[place] = burst
            if burst.count < Self.wholeLines { return .whole }
            if burst.count == Self.wholeLines { return .lastWhole }
            var power = burst.count
            while power % 10 == 0 { power /= 10 }
            return power == 1 ? .count(burst.count) : nil
        }
    }
}
