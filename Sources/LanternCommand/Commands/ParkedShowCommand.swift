import Bytes
import CommandLine
import Configuration
import Projections
import Records
import Redis
import System
import Worker

/// `lantern parked show`.
struct ParkedShowCommand: Command {
    static let spec = CommandSpec(
        "show", "Show one parked event, and what it would do now",
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked show --config lantern.yaml orders orders:3:1041", "One event")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let subject: ParkedSubject

    init(_ parsed: ParsedCommand) throws(UsageError) {
        subject = try ParkedSubject(parsed)
    }

    func run() -> ExitCode {
        subject.withProjection { plan, limits, redis in
            guard let shown = try ShownEvent(plan, subject.place, limits: limits, &redis) else {
                return Console.fail(ParkedGroup.noSuchEvent, .failed)
            }
            if subject.asJSON { return Console.printJSON(shown, .done) }
            show(shown)
            return .done
        }
    }

    private func show(_ shown: ShownEvent) {
        Console.print("reason     \(TerminalText.visible(shown.event.reason))")
        Console.print("view       \(shown.event.view ?? "-")")
        Console.print("key        \(TerminalText.visible(shown.event.key ?? "none"))")
        Console.print("timestamp  \(shown.timestamp)")
        for header in shown.headers {
            Console.print(
                "header     \(TerminalText.visible(header.name)): \(header.value.map { TerminalText.visible($0) } ?? "(none)")"
            )
        }
        let missing =
            shown.leftOutBytes.map {
                "\($0) bytes, too large to be kept in Redis (limits.record-bytes); the value is in Kafka"
            }
            ?? "none (a tombstone)"
        // A line of the value stays a line; nothing else of it has power over a terminal.
        let lines = (shown.value ?? missing).split(separator: "\n", omittingEmptySubsequences: false)
        Console.print("value      \(lines.map { TerminalText.visible(String($0)) }.joined(separator: "\n"))")
        for (index, line) in (shown.now?.lines ?? []).enumerated() {
            Console.print("\(index == 0 ? "now" : "   ")        \(TerminalText.visible(line))")
        }
    }
}
