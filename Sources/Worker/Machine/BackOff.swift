import Bytes

/// A pause that grows with each failure in a row: by default 0.2 s doubling to 10 s, with jitter.
struct BackOff: Sendable {
    private var last: Int64 = 0

    /// The next pause, in milliseconds.
    mutating func next(_ settings: LaneSettings, _ random: inout SplitMix64) -> Int64 {
        last = last == 0 ? settings.backOffFirst : min(last * 2, settings.backOffLast)
        return last / 2 + Int64.random(in: 0...last / 2, using: &random)
    }

    /// Whether nothing has failed since it last went well.
    var isAtRest: Bool { last == 0 }

    /// It went well: the next pause is a short one.
    mutating func reset() { last = 0 }
}
