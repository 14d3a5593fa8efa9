/// What went wrong at Kafka, or on the way there.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to distinguish.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        enum Base: String {
            case configuration, unsupported, unreachable, timedOut, authentication, authorization
            case unknownTopic, unknownPartition, topicExists, offsetOutOfRange, invalidOffset, damagedData
            case unacceptableRecord
            case fencedInstance, pollIntervalExceeded, staleGeneration, queueFull, closed, transaction, other
        }
        let base: Base

        /// A property is unknown, has a wrong value, or does not go with another one.
        public static let configuration = Code(base: .configuration)
        /// The installed librdkafka or the broker cannot do it.
        public static let unsupported = Code(base: .unsupported)
        /// No broker can be reached.
        public static let unreachable = Code(base: .unreachable)
        /// No reply within the time allowed.
        public static let timedOut = Code(base: .timedOut)
        /// The broker refused the credentials, or TLS failed.
        public static let authentication = Code(base: .authentication)
        /// The credentials are good and do not allow this.
        public static let authorization = Code(base: .authorization)
        /// There is no such topic.
        public static let unknownTopic = Code(base: .unknownTopic)
        /// The topic has no such partition.
        public static let unknownPartition = Code(base: .unknownPartition)
        /// A topic of this name exists.
        public static let topicExists = Code(base: .topicExists)
        /// The log does not hold the offset asked for: expired, deleted, or never written.
        public static let offsetOutOfRange = Code(base: .offsetOutOfRange)
        /// A negative offset was given, which librdkafka would read as "the committed one".
        public static let invalidOffset = Code(base: .invalidOffset)
        /// Data of the log fails its checksum or cannot be decompressed.
        public static let damagedData = Code(base: .damagedData)
        /// The topic never takes this record: it is too large, or has no key although the topic is compacted.
        public static let unacceptableRecord = Code(base: .unacceptableRecord)
        /// Another consumer uses the same instance id; this one is out for good.
        public static let fencedInstance = Code(base: .fencedInstance)
        /// The application did not poll within max.poll.interval.ms; the group took the partitions away.
        public static let pollIntervalExceeded = Code(base: .pollIntervalExceeded)
        /// The group has moved on to another generation (a rebalance is under way).
        public static let staleGeneration = Code(base: .staleGeneration)
        /// The producer's queue is full.
        public static let queueFull = Code(base: .queueFull)
        /// The client was closed.
        public static let closed = Code(base: .closed)
        /// A transaction failed, or was called for in the wrong state.
        public static let transaction = Code(base: .transaction)
        /// None of the above; `name` has librdkafka's word for it.
        public static let other = Code(base: .other)

        public var description: String { base.rawValue }
    }

    /// In a class, so that an error is one word wide and `Incoming` stays small.
    private final class Storage: Sendable {
        let code: Code
        let name: String
        let message: String
        let isFatal: Bool
        let isRetriable: Bool

        init(code: Code, name: String, message: String, isFatal: Bool, isRetriable: Bool) {
            self.code = code
            self.name = name
            self.message = message
            self.isFatal = isFatal
            self.isRetriable = isRetriable
        }
    }
    private let storage: Storage

    /// An error of that code; `name` is a short word for logs.
    public init(_ code: Code, name: String = "", message: String, isFatal: Bool = false, isRetriable: Bool = false) {
        storage = Storage(
            code: code, name: name.isEmpty ? code.description : name, message: message, isFatal: isFatal,
            isRetriable: isRetriable)
    }

    /// The kind of failure.
    public var code: Code { storage.code }
    /// The name that Kafka's documentation knows it by, such as `UNKNOWN_TOPIC_OR_PART`.
    public var name: String { storage.name }
    /// What happened, to what, and why.
    public var message: String { storage.message }
    /// Whether this client can do nothing more: close it and make another.
    public var isFatal: Bool { storage.isFatal }
    /// Whether the same call may succeed when it is made again.
    public var isRetriable: Bool { storage.isRetriable }

    public var description: String { "\(message) (\(name))" }
}
