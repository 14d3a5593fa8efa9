public import Records

/// Rows and the vectors that they are exact for, read in one transaction.
public struct ReadAnswer: Sendable {
    public enum Part: Sendable, Equatable {
        case row(StoredRow?)
        case rows([StoredRow?])
        /// Members with scores. The first has that rank from the top, 0 being the highest, and each further one `step` more.
        case ranking([StoredRow.Pair], firstRank: Int64, step: Int64, count: Int64)
        /// The member that was asked for is not there.
        case noMember
        case buckets([Bucket])
        case page([StoredRow], cursor: [UInt8])
    }

    public struct Bucket: Sendable, Equatable {
        public var start: Int64
        public var fields: [StoredRow.Pair]

        public init(start: Int64, fields: [StoredRow.Pair]) {
            self.start = start
            self.fields = fields
        }
    }

    /// The indices of the projections, and the vector of each.
    public var subjects: [Int]
    public var vectors: [ProjectionVector]
    /// In the order of the request.
    public var parts: [Part]
    /// Whether a row of that part waits behind a parked event.
    public var degraded: [Bool]
    /// Those events of the condition that are parked.
    public var parked: Set<OffsetList.Place>

    public init(
        subjects: [Int], vectors: [ProjectionVector], parts: [Part], degraded: [Bool], parked: Set<OffsetList.Place>
    ) {
        self.subjects = subjects
        self.vectors = vectors
        self.parts = parts
        self.degraded = degraded
        self.parked = parked
    }
}

/// Why there is no answer.
public enum ReadFailure: Error, Sendable, Equatable {
    /// Redis cannot be reached, or does not reply.
    case unavailable(String)
    /// The projection has no live generation, or one that is not read as the file says.
    case notServed(String)
    /// Redis refused a command, or a key holds something else.
    case refused(String)
    /// Too much is being asked already.
    case busy
    case stopping
}

/// What became of a request.
public enum ReadOutcome: Sendable {
    /// With a shortfall: the rows are not as fresh as was asked, and the reader allowed that.
    case answer(ReadAnswer, Shortfall?)
    case stale(Shortfall, [ProjectionVector])
    case parked(OffsetList.Place, [ProjectionVector])
    case failed(ReadFailure)
}
