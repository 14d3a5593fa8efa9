public import Projections
import Redis

/// What a configuration file says, checked and with the defaults filled in.
///
/// Printing it shows no secret.
public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The file's name as given.
    public var file: String
    /// librdkafka's properties in the file's order, none of them Lantern's own; `bootstrap.servers` is among them.
    public var kafka: [KafkaProperty]
    public var redis: RedisSettings
    public var worker: WorkerSettings
    public var limits: Limits
    public var log: LogSettings
    /// nil: no event has a schema that is elsewhere.
    public var registry: RegistrySettings?
    /// nil: nothing listens.
    public var gateway: GatewaySettings?
    /// In the file's order; empty only for a program that has its own.
    public var projections: [ProjectionPlan]
    /// What the gateway answers beside single views, in the file's order.
    public var queries: [QueryPlan] = []
    /// Projections with a database of their own, by name.
    public var databases: [String: Int] = [:]
    /// Each projection's definition by name, as a text that any later worker can fold again: see ``StoredDefinition``.
    public var definitions: [String: String] = [:]
    /// Allowed, but probably not what is meant.
    public var warnings: [Diagnostic]

    /// The database of a projection's live views.
    public func database(of projection: String) -> Int { databases[projection] ?? redis.address.database }

    /// Reads the file at `path`; throws all that is wrong with it.
    public static func load(
        path: String, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        try parse(
            bytes: try TextFile.read(path, largest: YAMLDocument.largestFile), file: path, environment: environment)
    }

    /// Parses `text`; `file` names it in messages.
    public static func parse(
        text: String, file: String = "configuration", environment: [String: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        try parse(bytes: Array(text.utf8), file: file, environment: environment)
    }

    /// Parses the bytes of a file, whatever they are.
    public static func parse(
        bytes: [UInt8], file: String, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        let log = DiagnosticLog(file: file)
        var result: Configuration?
        do {
            if let root = try YAMLDocument.root(of: bytes, environment: environment, log: log), !root.isNull {
                result = ConfigurationReader(log: log).read(root)
            } else {
                log.error(.start, "the file is empty: it needs `kafka`, `redis` and `projections`")
            }
        } catch {
            log.error(error.position, error.message)
        }
        guard var result, !log.hasErrors else {
            throw ConfigurationError(code: .invalid, diagnostics: log.diagnostics)
        }
        result.warnings = log.warnings
        return result
    }

    public var description: String {
        "\(file): Kafka \(kafka.map(\.description).joined(separator: " ")), Redis \(redis), projections "
            + projections.map(\.name).joined(separator: ", ")
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["configuration": description]) }
}
