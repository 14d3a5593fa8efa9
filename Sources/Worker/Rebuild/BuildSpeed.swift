/// How fast a build went as a whole, for the next one's plan.
public struct BuildSpeed: Sendable {
    /// Fewer events, or a shorter time, say nothing.
    private static let leastEvents: Int64 = 10_000
    private static let leastMilliseconds: Int64 = 1_000

    private var first: (at: Int64, reached: Int64)?
    private var last: (at: Int64, reached: Int64)?
    private var isDisturbed = false
    private var isOver = false

    public init() {}

    /// Takes what was read at that time, in milliseconds of a clock that does not go back. `isLimited`: whether something keeps
    /// it from going as fast as it can.
    public mutating func add(_ progress: BuildProgress, isLimited: Bool, isCaughtUp: Bool, at now: Int64) {
        guard !isOver else { return }
        guard let first else {
            // Before the first event it waits for Kafka.
            if progress.reached > 0 { self.first = (now, progress.reached) }
            return
        }
        if isLimited { isDisturbed = true }
        last = (now, progress.reached)
        isOver = isCaughtUp && now > first.at
    }

    public var eventsPerSecond: Int? {
        guard !isDisturbed, let first, let last else { return nil }
        let (events, time) = (last.reached - first.reached, last.at - first.at)
        guard events >= Self.leastEvents, time >= Self.leastMilliseconds else { return nil }
        return Int(events * 1_000 / time)
    }
}
