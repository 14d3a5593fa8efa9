public import Records

/// What one promotion exchanges: all generations of the home database, and those that take their place.
public struct PromotionSubject: Sendable, Equatable {
    public struct Projection: Sendable, Equatable {
        public var name: String
        /// The generation that is live; nil if the home database has none of this projection yet.
        public var live: GenerationRecord?
        /// The generation that is to be live.
        public var build: GenerationRecord
        /// The topics that either of them reads.
        public var topics: [String]

        public init(name: String, live: GenerationRecord?, build: GenerationRecord, topics: [String]) {
            self.name = name
            self.live = live
            self.build = build
            self.topics = topics
        }

        var keys: KeySpace { KeySpace(projection: name) }
    }

    /// The database whose contents are live.
    public var home: Int
    /// The database of the build.
    public var database: Int
    public var projections: [Projection]

    public init(home: Int, database: Int, projections: [Projection]) {
        self.home = home
        self.database = database
        self.projections = projections
    }

    /// What becomes live, for the history: `orders 1 to 2, customers 1 to 2`.
    public var numbers: String {
        projections.map { "\($0.name) \($0.live?.number ?? 0) to \($0.build.number)" }.joined(separator: ", ")
    }
}

extension GenerationRecord {
    /// Whether both are the same generation, whatever state it is in.
    func isSameGeneration(as other: GenerationRecord) -> Bool {
        identifier == other.identifier && number == other.number
    }

    /// The same generation, writable by its workers.
    var opened: GenerationRecord {
        var record = self
        record.state = .open
        record.token = ""
        record.deadline = 0
        return record
    }

    /// The same generation while nobody may write it.
    func draining(token: String, until deadline: Int64) -> GenerationRecord {
        var record = self
        record.state = .draining
        record.token = token
        record.deadline = deadline
        return record
    }
}
