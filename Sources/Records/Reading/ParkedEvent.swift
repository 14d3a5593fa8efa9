/// A parked event as `lantern parked` shows it.
public struct ParkedEvent: Sendable, Encodable {
    public let projection: String
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// nil without one; bytes that are not UTF-8 as `\xNN`.
    public let key: String?
    /// nil for a fault of the whole event.
    public let view: String?
    public let reason: String

    public init(
        projection: String, topic: String, partition: Int32, offset: Int64, key: String?, view: String?, reason: String
    ) {
        self.projection = projection
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.view = view
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey { case projection, topic, partition, offset, key, view, reason }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projection, forKey: .projection)
        try container.encode(topic, forKey: .topic)
        try container.encode(partition, forKey: .partition)
        try container.encode(offset, forKey: .offset)
        // null, not absent: a script asks for it.
        try container.encode(key, forKey: .key)
        try container.encode(view, forKey: .view)
        try container.encode(reason, forKey: .reason)
    }
}
