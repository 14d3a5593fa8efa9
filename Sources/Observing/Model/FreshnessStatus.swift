/// How old records are when they become visible, in milliseconds.
public struct FreshnessStatus: Sendable, Encodable, Equatable {
    public var p50Milliseconds: Int64
    public var p99Milliseconds: Int64

    public init(p50Milliseconds: Int64, p99Milliseconds: Int64) {
        self.p50Milliseconds = p50Milliseconds
        self.p99Milliseconds = p99Milliseconds
    }
}
