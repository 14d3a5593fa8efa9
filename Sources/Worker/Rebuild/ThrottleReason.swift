/// Why a build goes slower than it could.
public enum ThrottleReason: Sendable, Equatable {
    /// What is live becomes visible later than usual: p99 now and normally, in milliseconds, of that projection.
    case freshness(projection: String, now: Int64, normal: Int64)
    /// Redis is nearly full: percent of its maxmemory.
    case memory(percent: Int)

    /// One of a closed set, for metrics.
    public var word: String {
        switch self {
        case .freshness: "freshness"
        case .memory: "memory"
        }
    }

    public var words: String {
        switch self {
        case .freshness(let projection, let now, let normal):
            "live events of \(projection) become visible after \(now) ms (p99), normally after \(normal) ms"
        case .memory(let percent): "Redis uses \(percent) % of its maxmemory"
        }
    }
}
