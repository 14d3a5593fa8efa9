import CommandLine
import Configuration
import FoundationEssentials
import Kafka
import Lantern
import Logging
import Projections
import Redis
import System

/// The file that `--config` names, as every command reads it.
enum ConfigurationFile {
    /// Reads and checks the file; nil after its mistakes were written to stderr (then the exit code is `usage`).
    static func load(_ path: String) -> Configuration? {
        do {
            let configuration = try read(path)
            for warning in configuration.warnings { Console.messages.write("\(warning) (warning)\n") }
            return configuration
        } catch {
            Console.messages.write(error.description + "\n")
            return nil
        }
    }

    /// Reads and checks the file; the installed librdkafka checks what is under `kafka:`.
    static func read(_ path: String) throws(ConfigurationError) -> Configuration {
        try checked(try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment))
    }

    /// The same for a text; `file` names it in messages.
    static func read(text: String, file: String) throws(ConfigurationError) -> Configuration {
        try checked(
            try Configuration.parse(text: text, file: file, environment: ProcessInfo.processInfo.environment))
    }

    private static func checked(_ configuration: Configuration) throws(ConfigurationError) -> Configuration {
        let path = configuration.file
        let faults = configuration.kafka.compactMap { property -> Diagnostic? in
            guard let fault = PropertyCheck.fault(of: property.name, property.value) else { return nil }
            let names = PropertyCheck.knownNames
            let isKnown = names.contains(property.name) || fault.code == .unsupported
            let near = isKnown ? nil : Suggestion.nearest(to: property.name, among: names)
            return Diagnostic(
                file: path, line: property.position.line, column: property.position.column,
                message: fault.message + (near.map { ": did you mean `\($0)`?" } ?? ""))
        }
        if !faults.isEmpty { throw ConfigurationError(code: .invalid, diagnostics: faults) }
        if let fault = combined(configuration) { throw ConfigurationError(code: .invalid, diagnostics: [fault]) }
        return configuration
    }

    /// What is wrong with the Kafka properties together, at the first one that the reason names.
    private static func combined(_ configuration: Configuration) -> Diagnostic? {
        guard let fault = PropertyCheck.fault(of: configuration.kafka.map { ($0.name, $0.value) }),
            let place = (configuration.kafka.first { fault.message.contains($0.name) } ?? configuration.kafka.first)
        else { return nil }
        return Diagnostic(
            file: configuration.file, line: place.position.line, column: place.position.column, message: fault.message)
    }

    /// The projection of that name; nil after what there is was written to stderr.
    static func projection(_ name: String, in configuration: Configuration) -> ProjectionPlan? {
        if let plan = configuration.projections.first(where: { $0.name == name }) { return plan }
        tellUnknown("projection", name, in: configuration.file, among: configuration.projections.map(\.name))
        return nil
    }

    /// Writes what there is instead of `name`.
    static func tellUnknown(_ what: String, _ name: String, in place: String, among names: [String]) {
        var message = "no \(what) '\(name)' in \(place); it has \(names.joined(separator: ", "))"
        if let nearest = Suggestion.nearest(to: name, among: names) { message += "\nDid you mean '\(nearest)'?" }
        _ = Console.fail(message, .usage)
    }

    /// Does something with one projection of the file and its Redis, and reports what is wrong.
    static func withProjection(
        _ name: String, of path: String, clientName: String, in database: Int? = nil,
        _ body: (ProjectionPlan, Limits, inout RedisConnection) throws -> ExitCode
    ) -> ExitCode {
        guard let configuration = load(path), let plan = projection(name, in: configuration) else { return .usage }
        do {
            var options = RedisOptions(configuration, clientName: clientName, of: plan.name)
            if let database { options = options.selecting(database) }
            var redis = try RedisConnection.open(options)
            return try body(plan, configuration.limits, &redis)
        } catch {
            return ErrorReport.explain(error)
        }
    }
}
