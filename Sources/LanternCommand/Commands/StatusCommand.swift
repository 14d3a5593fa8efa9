import CommandLine
import Configuration
import Observing
import System

/// `lantern status`: how far every projection is.
struct StatusCommand: Command {
    static let spec = CommandSpec(
        "status", "Show how far the projections are",
        discussion: """
            Reads Redis (checkpoints, states, parked events, rewinds) and Kafka (the ends of the partitions). Ends and
            lags are left out if Kafka cannot be reached or a topic does not exist. It changes nothing and needs no
            running worker.
            """,
        options: [CommonOptions.config, CommonOptions.json],
        examples: [
            .init("lantern status --config lantern.yaml", "One line per partition, with its lag"),
            .init(
                "lantern status --config lantern.yaml --json | jq '[.projections[].partitions[].lag] | add'",
                "The total lag, for scripts"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        do {
            let properties = configuration.kafka.map { ($0.name, $0.value) }
            var ends = try LogEnds(properties, clientID: "lantern-status")
            var reader = StatusReader(StatusSubject.all(configuration, clientName: "lantern-status"))
            // Twice: an end is compared with the checkpoint that was there before Kafka was asked.
            _ = try reader.read([:])
            let askedAt = Clock.wallMilliseconds()
            let model = try reader.read(ends.read(reader.topics), askedAt: askedAt)
            // What Redis knows is worth the more when Kafka is away.
            let fault = ends.fault.map { ErrorReport.explain($0) }
            let isHalted = model.projections.contains { projection in
                projection.obstacle != nil || projection.partitions.contains { $0.needsAttention }
            }
            let code = fault ?? (isHalted ? .halted : .done)
            guard !asJSON else {
                Console.output.write(model.json(isPretty: true) + [0x0A])
                return code
            }
            for projection in model.projections { Console.output.write(text(projection)) }
            return code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// Who folds it, and how fast.
    private func workers(_ status: ProjectionStatus) -> String {
        guard !status.workers.isEmpty else { return "" }
        let count = status.workers.count
        var text = "\(count) worker\(count == 1 ? "" : "s"), \(status.rate) events/s"
        if let freshness = status.freshness {
            text += ", visible after \(freshness.p50Milliseconds) ms (p99 \(freshness.p99Milliseconds) ms)"
        }
        return text + "\n"
    }

    private func text(_ status: ProjectionStatus) -> String {
        let obstacle = status.obstacle.map { "\(status.name): \($0)\n" } ?? ""
        guard let generation = status.generation else { return "\(status.name): \(status.state)\n" + obstacle }
        var columns: [Table.Column] = [.init("PARTITION"), .init("NEXT", .right), .init("END", .right)]
        if status.isPartial { columns.insert(.init("START", .right), at: 1) }
        columns += [.init("LAG", .right), .init("PARKED", .right), .init("REWINDS", .right), .init("STATE")]
        var table = Table(columns)
        func cell(_ number: Int64?) -> String { number.map { "\($0)" } ?? "-" }
        for each in status.partitions {
            table.append(
                ["\(each.topic)-\(each.partition)"] + (status.isPartial ? [cell(each.start)] : []) + [
                    cell(each.next), cell(each.end), cell(each.lag), "\(each.parked)", "\(each.rewinds)", each.state,
                ])
        }
        var text = "\(status.name): generation \(generation), \(status.state), group \(status.group ?? "-")\n"
        text += workers(status) + obstacle
        if !status.isThisVersion {
            text +=
                "built by another version than this file's, so this file's workers do not write it: `lantern rebuild` builds this version beside it, `lantern run --fresh \(status.name)` in its place\n"
        }
        for build in status.builds {
            let whose = build.isThisVersion ? "this file's version" : "another version"
            text += "beside it, in database \(build.database): generation \(build.number), \(build.state), \(whose)\n"
        }
        if status.isPartial {
            text += "partial: started with --allow-partial, so the views lack the events before START\n"
        }
        text += table.text(hasColor: Console.output.hasColor)
        for each in status.partitions {
            if let reason = each.reason { text += "\(each.topic)-\(each.partition): \(reason)\n" }
        }
        return text
    }
}
