import CommandLine
import Glibc
import System

/// The program: reads the command line and runs what it names.
enum Program {
    /// Does what `arguments` (without the program's name) ask for.
    static func run(_ arguments: [String]) -> ExitCode {
        StandardDescriptors.occupy()
        signal(SIGPIPE, SIG_IGN)
        do throws(UsageError) {
            switch try CommandParser(CommandTree.root).parse(arguments) {
            case .help(let text):
                Console.output.write(text)
                return .done
            case .version:
                return VersionCommand().run()
            case .command(let parsed):
                guard let command = try CommandTree.command(for: parsed) else {
                    throw parsed.error(.unknownCommand, "unknown command")
                }
                return command.run()
            }
        } catch {
            return Console.fail(error.description, .usage)
        }
    }
}
