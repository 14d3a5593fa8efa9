import CommandLine
import Configuration
import Projections
import Records
import Redis
import System
import Worker

/// `lantern verify`: whether what is live is what the log says.
struct VerifyCommand: Command {
    static let spec = CommandSpec(
        "verify", "Fold the log again and compare what is live with the result, row by row",
        discussion: """
            Builds this file's definition in a spare database, compares it with what is live as `lantern diff` does, and
            removes the build. Live and its readers go on; for the few rows that keep moving live stands for a second at
            most. MISSING are rows that the log has and live has not, EXTRA those that live alone has.
            """,
        options: [
            CommonOptions.config,
            OptionSpec("sample", "1/N", "compare one row in N, always the same ones, with 1/N of the memory"),
            OptionSpec(flag: "heal", "make the rows of live that differ what the log says"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern verify --config lantern.yaml", "An audit"),
            .init("lantern verify --config lantern.yaml --sample 1/1000", "One in little memory, any night"),
            .init("lantern verify --config lantern.yaml --heal", "The same, and repair what differs"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable, .differences]))

    let configPath: String
    let asJSON: Bool
    let options: Comparison.Options

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        asJSON = parsed.flag("json")
        var options = Comparison.Options()
        options.sample = try DiffCommand.sample(parsed)
        options.heals = parsed.flag("heal")
        self.options = options
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        OpenFileLimit.raise()
        let units = RebuildUnit.all(configuration)
        guard units.count == 1, let unit = units.first else {
            return Console.fail(
                "the file's projections are in several databases, and one at a time is verified: use a file that has only the projections of one of them",
                .usage)
        }
        do {
            let answer = try verify(unit)
            if asJSON { return Console.printJSON(answer, answer.code) }
            Console.output.write(answer.text(hasColor: Console.output.hasColor))
            return answer.code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// Keeps what was found beside the live generation, for status and metrics.
    private func note(_ answer: DiffAnswer, of rebuild: RebuildUnit, _ redis: inout RedisConnection) throws {
        for plan in rebuild.plans {
            let about = KeySpace(projection: plan.name).about
            for view in plan.views {
                guard let counts = answer.views["\(plan.name).\(view.name)"] else { continue }
                let field = About.verified(view.name)
                let text = try redis.command("HGET", about, field).text
                let rows = (text.flatMap { VerifiedRows(text: $0) } ?? VerifiedRows()).adding(
                    same: counts.same, different: counts.changed + counts.missing + counts.extra,
                    at: Clock.wallMilliseconds())
                try redis.command("HSET", about, field, rows.text)
            }
        }
    }

    private func verify(_ rebuild: RebuildUnit) throws -> DiffAnswer {
        var rebuild = rebuild
        rebuild.sample = options.sample
        let unit = try rebuild.unit(withFacts: true, allowPartial: false)
        var redis = try RedisConnection.open(rebuild.redis)
        guard try !unit.hasChanges(&redis) else {
            throw WorkerError(
                .failed,
                "what is live has another definition than this file, so the log cannot tell whether it is right: verify with the file that it was made from; `lantern rebuild` and `lantern diff` show what this file would change."
            )
        }
        try unit.check(database: nil, sample: options.sample, &redis)
        let build = try unit.create(in: nil, audits: options.sample, &redis)
        redis.close()
        let result = Result {
            try DiffRun(BuildSide(unit: rebuild, build: build), view: nil, options: options, isVerification: true).run()
        }
        redis = try RedisConnection.open(rebuild.redis)
        DroppedGroups.delete(try unit.abort(in: build.database, &redis), rebuild.configuration)
        let answer = try result.get()
        try note(answer, of: rebuild, &redis)
        if options.heals {
            CommandHistory.note("\(answer.healed ?? 0) rows of live made what the log says", code: answer.code, &redis)
        }
        return answer
    }
}
