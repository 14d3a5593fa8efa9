/// Where an event's time is, and in which unit a number there counts.
public struct TimeSource: Sendable, Equatable {
    public var source: ValueSource
    /// nil: by its size (Projections.md, "Values").
    public var unit: TimeUnit?
    /// A header's or key's eight bytes are an integer, its most significant byte first.
    public var isBinary: Bool

    public init(_ source: ValueSource, unit: TimeUnit? = nil, isBinary: Bool = false) {
        self.source = source
        self.unit = unit
        self.isBinary = isBinary
    }
}

/// What a number since 1970 counts.
public enum TimeUnit: String, Sendable, CaseIterable {
    case days
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
}
