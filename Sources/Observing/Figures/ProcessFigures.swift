/// What this process says of itself beside what is in Redis: what only it can know.
public struct ProcessFigures: Sendable {
    public var version: String
    /// When it began, by this machine's clock in milliseconds since 1970.
    public var startedAt: Int64
    public var processorSeconds = 0.0
    public var residentBytes: Int64 = 0
    public var openFiles: Int64 = 0
    /// None in a process without lanes.
    public var projections: [ProjectionFigures] = []
    public var kafka = KafkaFigures()

    public init(version: String, startedAt: Int64) {
        self.version = version
        self.startedAt = startedAt
    }

    /// What a program without lanes says, or one whose lanes have not started.
    public static func ofThisProcess(version: String, startedAt: Int64) -> ProcessFigures {
        var figures = ProcessFigures(version: version, startedAt: startedAt)
        figures.measure()
        return figures
    }
}
