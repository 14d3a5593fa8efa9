/// How fresh an answer must be, and how long its reader waits for that; nothing set takes what there is.
public struct Condition: Sendable, Hashable {
    /// An event as a producer knows it from Kafka's acknowledgement.
    public struct Event: Sendable, Hashable {
        public var topic: String
        public var partition: Int32
        public var offset: Int64

        public init(topic: String, partition: Int32, offset: Int64) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }
    }

    /// The rows include these events; one that waits parked throws ``ReadError/parked(event:_:)``.
    public var after: [Event] = []
    /// The rows include everything that was in the log when the request came.
    public var latest = false
    /// The rows include everything that was in the log so long ago.
    public var maxStale: Duration?
    /// What a row's field must be: `version>=7`.
    public var field: String?
    /// How long the gateway waits; nil: a second. At most 60 s; zero looks once.
    public var wait: Duration?
    /// Takes rows that are not as fresh, too: ``Answer/stale`` says what they lack.
    public var allowsStale = false

    public init() {}

    /// The rows include these events.
    public static func after(_ events: Event..., wait: Duration? = nil) -> Condition {
        var condition = Condition()
        (condition.after, condition.wait) = (events, wait)
        return condition
    }

    /// The rows include everything that was in the log when the request came.
    public static func latest(wait: Duration? = nil) -> Condition {
        var condition = Condition()
        (condition.latest, condition.wait) = (true, wait)
        return condition
    }

    /// The rows include everything that was in the log so long ago.
    public static func maxStale(_ span: Duration, wait: Duration? = nil) -> Condition {
        var condition = Condition()
        (condition.maxStale, condition.wait) = (span, wait)
        return condition
    }

    /// A row whose field has a value: `version>=7`.
    public static func field(_ comparison: String, wait: Duration? = nil) -> Condition {
        var condition = Condition()
        (condition.field, condition.wait) = (comparison, wait)
        return condition
    }

    var parameters: [Question.Parameter] {
        var list: [Question.Parameter] = []
        func add(_ name: String, _ value: String) { list.append(.init(name: name, value: value)) }
        if !after.isEmpty {
            add("after", after.map { "\($0.topic)/\($0.partition)@\($0.offset)" }.joined(separator: ","))
        }
        if latest { add("latest", "") }
        if let maxStale { add("max-stale", Self.text(maxStale)) }
        if let field { add("where", field) }
        if let wait { add("wait", wait <= .zero ? "0" : Self.text(wait)) }
        if allowsStale { add("stale", "allow") }
        return list
    }

    /// How long the gateway waits, in whole seconds, rounded up.
    var waitSeconds: Double { Double(wait.map { $0.components.seconds + 1 } ?? 1) }

    /// In milliseconds, rounded up.
    static func text(_ span: Duration) -> String {
        let (seconds, attoseconds) = span.components
        return "\(seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)ms"
    }
}
