import FoundationEssentials
import Logging
import System

/// Where the program writes: results to stdout, all else to stderr.
enum Console {
    /// For results.
    static let output = ResultOutput(Device(1, environment: ProcessInfo.processInfo.environment))
    /// For messages, log lines and progress.
    static let messages = Device(2, environment: ProcessInfo.processInfo.environment)

    /// Writes a result and a newline. If the reader has gone (`lantern … | head`), that is not a failure.
    static func print(_ text: String) {
        output.write(text + "\n")
    }

    /// Writes `lantern: message` to stderr and returns `code`.
    static func fail(_ message: String, _ code: ExitCode) -> ExitCode {
        let name = Style.red.applied(to: "lantern:", enabled: messages.hasColor)
        messages.write("\(name) \(Redaction.redacted(message))\n")
        return code
    }

    /// Writes `value` as JSON, readable and with sorted names, and returns `code`.
    static func printJSON(_ value: some Encodable, _ code: ExitCode) -> ExitCode {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            return fail("the result cannot be written as JSON", .failed)
        }
        output.write(Array(data) + [0x0A])
        return code
    }
}
