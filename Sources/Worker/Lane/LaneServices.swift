public import Kafka
public import Records

/// What a lane asks of the process it runs in, on rare occasions.
public protocol LaneServices: AnyObject, Sendable {
    /// Monotonic milliseconds.
    func now() -> Int64
    /// The system's clock, in milliseconds since 1970, less `now`.
    func wallOffset() -> Int64
    func report(_ report: WorkerReport)
    /// Finds out, while the lane continues, whether these logs are still the same ones, and always reports it to
    /// `control`.
    func inspect(_ inspection: LogInspection, for control: LaneControl)
    /// Produces the record to the dead-letter topic and awaits it.
    func deadLetter(_ partition: PartitionIdentity, _ record: ParkedRecord) -> DeadLetterOutcome
    /// Each log's first offset and its end; nil if Kafka does not reply; it is waited for once for all of them.
    func watermarks(of partitions: [(topic: String, partition: Int32)]) -> [(low: Int64, high: Int64)?]
    /// How long the broker keeps tombstones of a compacted topic, in milliseconds; nil for others, and if it does not
    /// report it.
    func tombstoneRetention(topic: String) -> Int64?
    /// In which database the generation of this identifier is now; it is what the lane's other questions are about from then
    /// on.
    func locate(_ identifier: String) -> Whereabouts
    /// A partition of the generation has no checkpoint: was it added to the topic, or was it lost?
    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint
}

/// What became of a record that was to go to the dead-letter topic.
public enum DeadLetterOutcome: Sendable, Equatable {
    case delivered
    /// It is tried again later.
    case failed(String)
    /// The topic never takes this record, however often it is tried: it is too large, say.
    case impossible(String)
}

/// What is to be done about a missing checkpoint.
public enum MissingCheckpoint: Sendable, Equatable {
    /// It was written now: read again.
    case created
    /// Not yet: older partitions have not passed the growth, or Kafka does not reply. Ask again after a while.
    case wait
    case halt(String)
}

/// What a worker reports to its owner: for log lines and counters.
public enum WorkerReport: Sendable {
    case lane(LaneReport, partition: String?)
    case assigned([String])
    case revoked([String], lost: Bool)
    /// Kafka's or Redis's own words about something that failed and is tried again.
    case kafka(String)
    case redis(String)
    /// A line of librdkafka's own log.
    case kafkaLog(KafkaLogLine)
}
