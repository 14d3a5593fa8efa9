/// What Kafka reports of a topic's logs.
public enum TopicLogs: Sendable, Equatable {
    case known([LogBounds])
    /// Why there are none: the topic does not exist, say, or this user may not see it. Other topics are not concerned.
    case refused(String)
    /// Kafka does not reply.
    case unknown

    var bounds: [LogBounds]? { if case .known(let bounds) = self { bounds } else { nil } }
}
