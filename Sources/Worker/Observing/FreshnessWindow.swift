import Observing

/// The last minute of one projection's lanes, in looks of about a second each.
struct FreshnessWindow {
    private static let minute: Int64 = 60_000
    private static let recently: Int64 = 10_000

    private struct Sample {
        var at: Int64
        var freshness: Histogram
        var events: Int64
    }

    private var samples: [Sample] = []

    /// Takes what the lanes have counted; `now` in milliseconds of a clock that does not go back.
    mutating func add(_ freshness: Histogram, events: Int64, now: Int64) {
        // Lanes that began anew count from 0.
        if let last = samples.last, events < last.events || freshness.count < last.freshness.count { samples = [] }
        samples.append(Sample(at: now, freshness: freshness, events: events))
        while samples.count > 2, samples[1].at <= now - Self.minute { samples.removeFirst() }
    }

    /// Events a second, over the last ten seconds.
    var rate: Int64 {
        guard let last = samples.last, let first = start(of: Self.recently), last.at > first.at else { return 0 }
        return (last.events - first.events) * 1_000 / (last.at - first.at)
    }

    /// In milliseconds over the last minute; nil if nothing became visible.
    func quantile(_ part: Double) -> Int64? { quantile(part, within: Self.minute) }

    /// The same over the last ten seconds.
    func recent(_ part: Double) -> Int64? { quantile(part, within: Self.recently) }

    private func quantile(_ part: Double, within time: Int64) -> Int64? {
        guard let last = samples.last, let first = start(of: time) else { return nil }
        return last.freshness.since(first.freshness).quantile(part).map { Int64(($0 * 1_000).rounded(.up)) }
    }

    private func start(of time: Int64) -> Sample? {
        guard let last = samples.last else { return nil }
        return samples.last { $0.at <= last.at - time } ?? samples.first
    }
}
