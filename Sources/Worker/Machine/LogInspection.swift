public import Records

/// A question about the logs behind some partitions: are they still those that the checkpoints describe?
public struct LogInspection: Sendable, Equatable {
    /// What a lane knows of one partition's log.
    public struct Claim: Sendable, Equatable {
        public var topic: String
        public var partition: Int32
        /// A record that was seen there; nil if none was yet.
        public var witness: Checkpoint.Anchor?

        public init(topic: String, partition: Int32, witness: Checkpoint.Anchor?) {
            self.topic = topic
            self.partition = partition
            self.witness = witness
        }
    }

    /// Later questions have greater numbers: an answer ends no doubt that came up after its question.
    public var number: UInt64
    public var claims: [Claim]

    public init(number: UInt64, claims: [Claim]) {
        self.number = number
        self.claims = claims
    }
}

/// What an inspection of the logs found.
public struct LogFindings: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable {
        /// Nothing shows that it is another log, and all who were asked replied.
        case same
        /// It is another log, or was cut: what was found, for people.
        case other(String)
        /// Kafka or Redis did not reply.
        case unknown(String)
    }

    public var inspection: LogInspection
    /// One for each claim.
    public var verdicts: [Verdict]

    public init(_ inspection: LogInspection, _ verdicts: [Verdict]) {
        self.inspection = inspection
        self.verdicts = verdicts
    }
}
