import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

/// `lantern get`: a row of a view.
struct GetCommand: Command {
    static let spec = CommandSpec(
        "get", "Show a row of a view",
        discussion: "Without KEY it shows some rows and how many there are.",
        arguments: RowWords.arguments(keyIsOptional: true),
        options: [
            CommonOptions.config, OptionSpec("database", "N", "read this database, a build's for example"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern get --config lantern.yaml orders order", "Some orders"),
            .init("lantern get --config lantern.yaml orders order o-17", "One order, by the placeholder's value"),
            .init("lantern get --config lantern.yaml orders order order:o-17", "The same, by its Redis key"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let words: RowWords
    let database: Int?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        words = try RowWords(parsed)
        database = try parsed.integer("database", in: 0...65_535)
        asJSON = parsed.flag("json")
    }

    private struct Sample: Encodable {
        let count: Int
        let rows: [Row]
    }

    func run() -> ExitCode {
        ConfigurationFile.withProjection(
            words.projection, of: configPath, clientName: "lantern-get", in: database
        ) { plan, _, redis in
            guard let viewPlan = plan.views.first(where: { $0.name == words.view }) else {
                ConfigurationFile.tellUnknown(
                    "view", words.view, in: "projection \(words.projection)", among: plan.views.map(\.name))
                return .usage
            }
            return words.key.isEmpty ? try sample(viewPlan, &redis) : try row(viewPlan, plan, &redis)
        }
    }

    /// The Redis key itself, or the placeholders' values in order.
    private func row(_ view: ViewPlan, _ plan: ProjectionPlan, _ redis: inout RedisConnection) throws -> ExitCode {
        let candidates = RowKey.candidates(words.key, of: view)
        if candidates.isEmpty { return RowKey.refuse(view, in: plan) }
        for candidate in candidates {
            guard let row = try Row(candidate, kind: view.kind, &redis) else { continue }
            if asJSON { return Console.printJSON(row, .done) }
            Console.output.write(row.text)
            return .done
        }
        return Console.fail("no row \(words.key.joined(separator: " ")) in view \(view.name)", .failed)
    }

    /// Some rows, and how many there are.
    private func sample(_ view: ViewPlan, _ redis: inout RedisConnection) throws -> ExitCode {
        let pattern = KeyPattern(view)
        var found: Set<[UInt8]> = []
        try redis.scan(match: pattern.scanPattern) { keys in
            for key in keys where pattern.parse(key.span) != nil { found.insert(key) }
            return true
        }
        var rows: [Row] = []
        for key in found.sorted(by: { $0.lexicographicallyPrecedes($1) }).prefix(10) {
            if let row = try Row(key, kind: view.kind, limit: 10, &redis) { rows.append(row) }
        }
        if asJSON { return Console.printJSON(Sample(count: found.count, rows: rows), .done) }
        for row in rows { Console.output.write(row.text) }
        Console.print(
            "\(found.count) row\(found.count == 1 ? "" : "s")"
                + (found.count > rows.count ? ", \(rows.count) shown" : ""))
        return .done
    }
}
