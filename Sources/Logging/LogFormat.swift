/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, name=value.
    case text
    /// For programs: one JSON object a line.
    case json
}
