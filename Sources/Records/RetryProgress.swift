/// How far the retry of all that a partition has parked is; it stands in the request, so that any later lane goes on from there.
public struct RetryProgress: Sendable, Equatable {
    /// The parked event that was looked at last; −1 is none.
    public var after: Int64 = -1
    /// Events from this offset on were parked later than the request was found: they are not concerned. −1: not begun.
    public var until: Int64 = -1
    public var released = 0
    /// Those that stay parked: still bad, or behind one of their key that is.
    public var left = 0

    public init() {}

    init(_ values: [Substring: Substring]) {
        after = values["after"].flatMap { Int64($0) } ?? -1
        until = values["until"].flatMap { Int64($0) } ?? -1
        released = values["released"].flatMap { Int($0) } ?? 0
        left = values["left"].flatMap { Int($0) } ?? 0
    }

    var text: String { "after=\(after) until=\(until) released=\(released) left=\(left)" }

    /// The answer to the operator.
    public var words: String {
        left == 0
            ? "done: \(released) released"
            : "\(released) released; \(left) are still parked, `lantern parked list` shows why"
    }
}
