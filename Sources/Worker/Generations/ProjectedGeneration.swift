public import Records
public import Redis

/// The generation that a worker's lanes fold, as far as it matters to those who make their projectors.
public struct ProjectedGeneration: Sendable {
    public let identifier: String
    /// Where the live generations are.
    public let home: RedisOptions
    /// Where it is, until a promotion moves it.
    public let database: Int
    /// Finds out where a promotion has moved it.
    public let finder: GenerationFinder
    /// To be called when a schema has come that events may wait for, or when there is another reason why it does not: its lanes
    /// look at once.
    public let schemasChanged: @Sendable () -> Void
}
