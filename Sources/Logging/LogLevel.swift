internal import System

/// How much a log line matters: the levels of swift-log.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    /// Place in the order, from 0 for trace.
    public var severity: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    public static func < (first: LogLevel, second: LogLevel) -> Bool {
        first.severity < second.severity
    }

    /// The colour of its name on a terminal.
    var style: Style {
        switch self {
        case .trace, .debug: .dim
        case .info: .green
        case .notice: .cyan
        case .warning: .yellow
        case .error, .critical: .red
        }
    }
}
