public import System

/// Where log lines go: levels and metadata as in swift-log, text on a terminal and one JSON object a line elsewhere.
///
/// A value that any thread may hold and use: a line is one write(2), so lines never mix. Secrets are masked.
public struct Log: Sendable {
    /// What is below it is not written.
    public var level: LogLevel
    /// What every line of this log says besides.
    public var fields: [LogField]
    private let format: LogFormat
    private let device: Device

    /// A log on `device`; without `format` it is text on a terminal, else JSON.
    public init(_ device: Device, level: LogLevel = .info, format: LogFormat? = nil, fields: [LogField] = []) {
        self.device = device
        self.level = level
        self.format = format ?? (device.isTerminal ? .text : .json)
        self.fields = fields
    }

    /// A log that writes nothing.
    public static let none = Log(Device(descriptor: -1, isTerminal: false, hasColor: false), level: .critical)

    /// The same log whose lines also say `fields`.
    public func adding(_ fields: KeyValuePairs<String, LogValue>) -> Log {
        var copy = self
        copy.fields += fields.map { LogField($0.key, $0.value) }
        return copy
    }

    /// Writes one line if `level` is not below the log's; otherwise nothing is evaluated.
    public func log(
        _ level: LogLevel, _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard level >= self.level, device.descriptor >= 0 else { return }
        let all = self.fields + fields().map { LogField($0.key, $0.value) }
        let line = LogLine(level: level, message: message(), fields: all, time: Clock.wallMilliseconds())
        device.write(format == .json ? line.json : line.text(hasColor: device.hasColor))
    }

    /// Of use only to someone who reads the code.
    public func debug(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.debug, message(), fields())
    }

    /// Start, assignment, stop.
    public func info(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.info, message(), fields())
    }

    /// Worth seeing, nothing to do.
    public func notice(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.notice, message(), fields())
    }

    /// The worker continues, but an operator should look.
    public func warning(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.warning, message(), fields())
    }

    /// Something stopped.
    public func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.error, message(), fields())
    }
}
