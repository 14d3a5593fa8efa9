/// What is logged, and how.
public struct LogSettings: Sendable, Equatable {
    public enum Level: String, Sendable, CaseIterable { case trace, debug, info, warning, error }

    public enum Format: String, Sendable, CaseIterable {
        /// Text on a terminal, otherwise JSON lines.
        case auto
        case text, json
    }

    /// The lowest level that is logged.
    public var level = Level.info
    public var format = Format.auto

    public init() {}
}
