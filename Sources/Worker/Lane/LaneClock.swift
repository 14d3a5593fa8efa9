/// Where a lane's time goes, and what it does once a second; in milliseconds. The clock is read where the lane reads it anyway,
/// never for a single event: over many turns the parts of a millisecond even out.
struct LaneClock {
    var nextSecond: Int64 = 0
    private(set) var times = LaneTimes()
    private var phase = LanePhase.redis
    private var since: Int64?

    /// Something else begins.
    mutating func turn(to next: LanePhase, now: Int64) {
        if let since { times.add(now - since, to: phase) }
        phase = next
        since = now
    }
}
