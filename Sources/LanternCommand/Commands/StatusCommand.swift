import CommandLine
import Configuration
import Lantern
import Projections
import Redis
import System
import Worker

/// `lantern status`: how far every projection is.
struct StatusCommand: Command {
    static let spec = CommandSpec(
        "status", "Show how far the projections are",
        discussion: """
            Reads Redis (checkpoints, states, parked events, rewinds) and Kafka (the ends of the partitions; if it cannot
            be reached, ends and lags are left out, and those of a topic that does not exist). It changes nothing and does not need a running worker.
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

    private struct Status: Encodable { let projections: [ProjectionStatus] }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        do {
            var logs = try LogEnds(configuration.kafka.map { ($0.name, $0.value) }, clientID: "lantern-status")
            var projections: [ProjectionStatus] = []
            for plan in configuration.projections {
                var redis = try RedisConnection.open(
                    RedisOptions(configuration, clientName: "lantern-status", of: plan.name))
                let finder = GenerationFinder(
                    home: configuration.database(of: plan.name), spare: configuration.redis.spare)
                projections.append(
                    try ProjectionStatus(plan, group: configuration.worker.group, finder, &redis, &logs))
            }
            // What Redis knows is worth the more when Kafka is away.
            let fault = logs.fault.map { ErrorReport.explain($0) }
            let isHalted = projections.contains { projection in
                projection.obstacle != nil || projection.partitions.contains { $0.needsAttention }
            }
            let code = fault ?? (isHalted ? .halted : .done)
            if asJSON { return Console.printJSON(Status(projections: projections), code) }
            for projection in projections { Console.output.write(text(projection)) }
            return code
        } catch {
            return ErrorReport.explain(error)
        }
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
        text += obstacle
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
