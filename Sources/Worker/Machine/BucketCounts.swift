/// Counts of values by bucket, in an array that keeps its size: what is measured once a transaction allocates nothing.
public struct BucketCounts: Sendable {
    /// Room for the longest list of bounds, and for what is above its last one.
    public static let room = 17

    private var values = [Int64](repeating: 0, count: room)
    /// Of all values. (Ages of old events, each counted by itself, are soon more than an Int64 holds.)
    public private(set) var sum = 0.0

    /// Counts `weight` values; `bounds` ascend, and there are at most 16.
    mutating func add(_ value: Int64, weight: Int64 = 1, _ bounds: [Double]) {
        var index = 0
        while index < bounds.count, Double(value) > bounds[index] { index += 1 }
        values[index] += weight
        sum += Double(value) * Double(weight)
    }

    /// Of each bucket, as many as there are bounds and one more.
    public func counts(_ bounds: [Double]) -> [Int64] { (0...bounds.count).map { values[$0] } }

    public var count: Int64 {
        var all: Int64 = 0
        for index in values.indices { all += values[index] }
        return all
    }
}
