/// A line of librdkafka's own log.
public struct KafkaLogLine: Sendable, Equatable {
    /// As syslog has it: 3 is an error, 4 a warning, 6 information, 7 for debugging.
    public let level: Int32
    /// librdkafka's short word for what it is about, such as `FAIL`.
    public let facility: String
    public let text: String

    public init(level: Int32, facility: String, text: String) {
        self.level = level
        self.facility = facility
        self.text = text
    }
}
