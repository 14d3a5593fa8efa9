import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

/// `lantern plan`: what a rebuild would do, and whether it may.
struct PlanCommand: Command {
    static let spec = CommandSpec(
        "plan", "Say what a file changes, view by view, and whether it could be built beside the live views",
        discussion: """
            Compares the file with the definitions of the live generations, and asks everything that `lantern rebuild` asks
            before it builds: rights, a spare database, memory, foreign keys, the beginning of the log. Says how many events a
            build would read, how long that takes, and how much memory. It changes nothing.
            """,
        options: [
            CommonOptions.config, OptionSpec("database", "N", "build in this database, which must be empty"),
            OptionSpec(flag: "allow-partial", "build although a topic no longer reaches back to its beginning"),
            CommonOptions.json,
        ],
        examples: [.init("lantern plan --config lantern.yaml", "Before a rebuild")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let database: Int?
    let allowPartial: Bool
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        database = try parsed.integer("database", in: 0...65_535)
        allowPartial = parsed.flag("allow-partial")
        asJSON = parsed.flag("json")
    }

    private struct Answer: Encodable {
        var changed = false
        var projections: [DefinitionChange] = []
        /// The databases whose contents are live.
        var home: [Int] = []
        /// Where a build of the file's definition is already, in the order of `home`.
        var builds: [Int] = []
        /// Former generations that are dropped for the build, since no database is empty.
        var replaces: [String] = []
        /// Events that a build reads.
        var events: Int64 = 0
        /// What the builds would cost, in the order of `home`.
        var forecasts: [BuildForecast] = []
        /// What keeps a build from being made.
        var obstacle: String?
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        var answer = Answer()
        var code = ExitCode.done
        do {
            for unit in RebuildUnit.all(configuration) {
                if let error = try look(unit, &answer) {
                    answer.obstacle = "\(error)"
                    code = ExitCode(rawValue: ExitStatus.code(of: error)) ?? .failed
                }
            }
        } catch {
            return ErrorReport.explain(error)
        }
        if asJSON { return Console.printJSON(answer, code) }
        Console.output.write(Self.text(answer))
        return answer.obstacle.map { Console.fail($0, code) } ?? code
    }

    /// What one home database would see; returns what keeps it from being built.
    private func look(_ rebuild: RebuildUnit, _ answer: inout Answer) throws -> (any Error)? {
        let session = GenerationsSession(rebuild, clientName: "lantern-plan")
        var redis = try session.connect()
        let choice = try session.choice(number: nil, &redis)
        let former = try session.stored(in: session.home, &redis)?.plans
        var isChanged = false
        for (index, plan) in rebuild.plans.enumerated() {
            let live = choice.record(of: plan.name, in: session.home)
            let change = DefinitionChange(
                plan, live: live?.number, liveFingerprint: live?.fingerprint, former: former?[index])
            answer.projections.append(change)
            isChanged = isChanged || change.isChanged
        }
        answer.home.append(session.home)
        guard isChanged else { return nil }
        answer.changed = true
        let unit = try rebuild.unit(withFacts: true, allowPartial: allowPartial)
        for partition in unit.keepers.flatMap(\.facts.topics).flatMap(\.partitions) {
            answer.events += max(0, partition.high - partition.low)
        }
        if let build = try unit.existing(in: database, &redis) {
            answer.builds.append(build.database)
            return nil
        }
        do {
            try unit.check(database: database, mayReplace: true, &redis)
            answer.forecasts.append(try BuildForecast(rebuild, unit, &redis))
            if database == nil { answer.replaces += try unit.replaceable(&redis).map(\.name) }
            return nil
        } catch { return error }
    }

    private static func text(_ answer: Answer) -> String {
        var text = ""
        for each in answer.projections {
            let live = each.live.map { "live is generation \($0)" } ?? "nothing is live yet"
            text += "\(each.projection): \(each.isChanged ? "changed" : "not changed"), \(live)\n"
            if each.isChanged, each.views.isEmpty, each.live != nil {
                text += "  the live definition is not known to this version, so its views cannot be compared\n"
            }
            for view in each.views where view.what != .same { text += "  \(view.view): \(view.what.rawValue)\n" }
        }
        guard answer.changed else { return text + "there is nothing to build\n" }
        if !answer.builds.isEmpty {
            return text
                + "a build is there already, in database \(answer.builds.map(String.init).joined(separator: ", "))\n"
        }
        if !answer.replaces.isEmpty {
            text +=
                "no database is empty: the build drops what was live before (\(answer.replaces.joined(separator: ", ")))\n"
        }
        for forecast in answer.forecasts { text += forecast.text + "\n" }
        return answer.obstacle == nil ? text + "start it with `lantern rebuild`\n" : text
    }
}
