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
        "show", "Show one parked event: its reason, key, headers and value",
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked show --config lantern.yaml orders orders:3:1041", "One event")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String
    let place: ParkedPlace
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        place = try ParkedPlace.required(parsed)
        asJSON = parsed.flag("json")
    }

    private struct Header: Encodable {
        let name: String
        /// nil for one without a value, which is not an empty one.
        let value: String?

        private enum CodingKeys: String, CodingKey { case name, value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(value, forKey: .value)
        }
    }

    private struct Shown: Encodable {
        let event: ParkedEvent
        let timestamp: Int64
        let headers: [Header]
        let value: String?
        /// How many bytes the value has, if it was too large to be kept.
        let leftOutBytes: Int?
    }

    func run() -> ExitCode {
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") { plan, redis in
            guard let reader = try ParkedReader(plan, &redis),
                let record = try reader.record(place.topic, place.partition, place.offset, &redis)
            else { return Console.fail(ParkedGroup.noSuchEvent, .failed) }
            let event = ParkedEvent(
                projection: plan.name, topic: place.topic, partition: place.partition, offset: place.offset,
                key: record.key.map { readableText($0) }, view: record.view, reason: record.reason)
            let headers = record.headers.map {
                Header(name: readableText($0.name), value: $0.value.map { readableText($0) })
            }
            let shown = Shown(
                event: event, timestamp: record.timestamp, headers: headers,
                value: record.value.map { readableText($0) }, leftOutBytes: record.leftOutBytes)
            if asJSON { return Console.printJSON(shown, .done) }
            show(shown)
            return .done
        }
    }

    private func show(_ shown: Shown) {
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
    }
}
