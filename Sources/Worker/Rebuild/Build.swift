public import Records

/// A build: one generation of every projection of a home database, together in another one.
public struct Build: Sendable, Equatable {
    public var database: Int
    /// In the order of the unit's projections.
    public var records: [GenerationRecord]

    public init(database: Int, records: [GenerationRecord]) {
        self.database = database
        self.records = records
    }
}
