import Configuration
import FoundationEssentials
import Projections
import Terminal

/// The file that `--config` names, as every command reads it.
enum ConfigurationFile {
    /// Reads and checks the file; nil after its mistakes were written to stderr (then the exit code is `usage`).
    static func load(_ path: String) -> Configuration? {
        do {
            let configuration = try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment)
            for warning in configuration.warnings { Console.messages.write("\(warning) (warning)\n") }
            return configuration
        } catch {
            Console.messages.write(error.description + "\n")
            return nil
        }
    }

    /// The projection of that name; nil after what there is was written to stderr.
    static func projection(_ name: String, in configuration: Configuration) -> Bool {
        let names = configuration.projections.map(\.name)
        if names.contains(name) { return true }
        var message = "no projection '\(name)' in \(configuration.file); it has \(names.joined(separator: ", "))"
        if let nearest = Suggestion.nearest(to: name, among: names) { message += "\nDid you mean '\(nearest)'?" }
        Console.messages.write("lantern: \(message)\n")
        return false
    }
}

extension Log {
    /// The log that a configuration asks for, on stderr.
    init(_ settings: LogSettings) {
        let format: LogFormat? =
            switch settings.format {
            case .auto: nil
            case .text: .text
            case .json: .json
            }
        self.init(Console.messages, level: LogLevel(rawValue: settings.level.rawValue) ?? .info, format: format)
    }
}
