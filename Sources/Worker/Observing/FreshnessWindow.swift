import Observing
import Records

/// The last minute of one projection's lanes, in looks of about a second each.
struct FreshnessWindow {
    private static let minute: Int64 = 60_000
    private static let recently: Int64 = 10_000

    private struct Sample {
        var at: Int64
        var freshness: Histogram
        var events: Int64
        var phases: PhaseFigures
    }

    private var samples: [Sample] = []

    /// Takes what the lanes have counted; `now` in milliseconds of a clock that does not go back.
    mutating func add(
        _ freshness: Histogram, events: Int64, phases: PhaseFigures = PhaseFigures(), now: Int64
    ) {
        // Lanes that began anew count from 0.
        if let last = samples.last, events < last.events || freshness.count < last.freshness.count { samples = [] }
        samples.append(Sample(at: now, freshness: freshness, events: events, phases: phases))
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

    /// Where the time went over the last minute; nil before the second look.
    var phases: WorkerPhases? {
        guard let last = samples.last, let first = start(of: Self.minute), last.at > first.at else { return nil }
        func milliseconds(_ phase: KeyPath<PhaseFigures, Double>) -> Int64 {
            Int64(max(0, (last.phases[keyPath: phase] - first.phases[keyPath: phase]) * 1_000))
        }
        return WorkerPhases(
            fold: milliseconds(\.fold), redis: milliseconds(\.redis), kafka: milliseconds(\.kafka),
            idle: milliseconds(\.idle))
    }

    private func quantile(_ part: Double, within time: Int64) -> Int64? {
        guard let last = samples.last, let first = start(of: time) else { return nil }
        return last.freshness.since(first.freshness).quantile(part).map { Int64(($0 * 1_000).rounded(.up)) }
    }

    private func start(of time: Int64) -> Sample? {
        guard let last = samples.last else { return nil }
        return samples.last { $0.at <= last.at - time } ?? samples.first
    }
}
