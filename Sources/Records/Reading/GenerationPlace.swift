/// A generation, and the database where it is now.
public struct GenerationPlace: Sendable, Equatable {
    public var database: Int
    public var record: GenerationRecord

    public init(database: Int, record: GenerationRecord) {
        self.database = database
        self.record = record
    }
}
