import Logging
import Records
import Redis
import System

/// What a command leaves in the history of the home database that it changed something of.
///
/// A promotion writes its line in the transaction that exchanges the databases. All others write it when they have done their
/// work: what was done is not undone because its line could not be written, but that is said.
enum CommandHistory {
    /// The command line as it was typed, without the passwords of URLs.
    static let typed = Redaction.redacted(line(Array(Swift.CommandLine.arguments.dropFirst())))

    /// What was asked for over HTTP, as the command line that does the same: the history shows that, and not how this process was
    /// started.
    @TaskLocal static var asked: String?

    /// Does something that was asked for over HTTP.
    static func recorded<Value>(
        as arguments: [String], _ body: () throws -> Value
    ) rethrows -> Value {
        try $asked.withValue(line(arguments) + " (gateway)", operation: body)
    }

    /// `lantern` and its arguments; those with blanks in them are in quotes.
    static func line(_ arguments: [String]) -> String {
        let words = arguments.map { word in
            word.isEmpty || word.contains(where: \.isWhitespace) ? "'\(word)'" : word
        }
        return (["lantern"] + words).joined(separator: " ")
    }

    /// A line about this command; the time is filled in when it is written.
    static func entry(_ result: String, _ code: ExitCode = .done) -> HistoryEntry {
        HistoryEntry(who: ProcessOwner.name, exitCode: code.rawValue, command: asked ?? typed, result: result)
    }

    /// Adds a line to the history of the selected database; a message on stderr if that cannot be.
    static func note(_ result: String, code: ExitCode = .done, _ redis: inout RedisConnection) {
        do throws(RedisError) {
            try entry(result, code).write(&redis)
        } catch {
            Console.messages.write(
                "this was done, but could not be written to the history: \(error.message) That needs +lpush, +ltrim and +time.\n"
            )
        }
    }

    /// The same on a connection of its own.
    static func note(_ result: String, code: ExitCode = .done, _ options: RedisOptions) {
        do throws(RedisError) {
            var redis = try RedisConnection.open(options)
            note(result, code: code, &redis)
        } catch {
            Console.messages.write("the history has no line about this: \(error.message)\n")
        }
    }
}
