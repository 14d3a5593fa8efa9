/// Counts of values by bucket, as Prometheus has them but not summed up.
public struct Histogram: Sendable, Equatable {
    /// The upper bounds, ascending; values above the last one are in one bucket more.
    public let bounds: [Double]
    /// One for each bound, and one for what is above.
    public var counts: [Int64]
    public var sum: Double

    public init(bounds: [Double], counts: [Int64]? = nil, sum: Double = 0) {
        self.bounds = bounds
        self.counts = counts ?? Array(repeating: 0, count: bounds.count + 1)
        self.sum = sum
    }

    public var count: Int64 { counts.reduce(0, +) }

    /// Adds what another one of the same bounds has counted.
    public mutating func add(_ other: Histogram) {
        for index in counts.indices where other.counts.indices.contains(index) { counts[index] += other.counts[index] }
        sum += other.sum
    }

    /// What was counted since `earlier`, a former value of this one.
    public func since(_ earlier: Histogram) -> Histogram {
        var difference = self
        for index in counts.indices where earlier.counts.indices.contains(index) {
            difference.counts[index] = max(0, counts[index] - earlier.counts[index])
        }
        difference.sum = max(0, sum - earlier.sum)
        return difference
    }

    /// The value below which that part of all values is, within its bucket by proportion; nil without values. What is
    /// above the last bound counts as the last bound.
    public func quantile(_ part: Double) -> Double? {
        let all = count
        guard all > 0, let last = bounds.last else { return nil }
        let rank = part * Double(all)
        var below = 0.0
        for (index, bound) in bounds.enumerated() {
            let own = Double(counts[index])
            if own > 0, below + own >= rank {
                let start = index == 0 ? 0 : bounds[index - 1]
                return start + (bound - start) * max(0, rank - below) / own
            }
            below += own
        }
        return last
    }
}
