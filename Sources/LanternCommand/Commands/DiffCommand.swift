import CommandLine
import Configuration
import Projections
import Redis
import Worker

/// `lantern diff`: what a build would change for readers.
struct DiffCommand: Command {
    static let spec = CommandSpec(
        "diff", "Compare the build of this file's definition with what is live, row by row",
        discussion: """
            Reads both databases and counts, view by view, the rows that are the same, changed, missing (live has them, the
            build has not) and extra (the build alone has them). Both sides go on meanwhile: a row is judged when the build
            has passed what live had. For the few rows that keep moving, live stands for a second at most. If no
            worker folds the build, this process does, for as long as it takes. Nothing is changed.

            At most twenty rows of a view are shown; --output writes all of them, one JSON object a line.
            """,
        options: [
            CommonOptions.config,
            OptionSpec(flag: "all", "compare every row (the default)"),
            OptionSpec("sample", "1/N", "compare one row in N, always the same ones"),
            OptionSpec("view", "VIEW", "only this view, VIEW or PROJECTION.VIEW"),
            OptionSpec("output", "FILE", "write every row that differs, as JSON lines", completion: .files),
            OptionSpec(flag: "no-drain", "never let live stand: rows that keep moving are counted as unsettled"),
            OptionSpec("generation", "N", "which build, if there are several"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern diff --config lantern.yaml", "Before `lantern promote`"),
            .init("lantern diff --config lantern.yaml --sample 1/100 --json", "A quick look, for scripts"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable, .differences]))

    let configPath: String
    let view: String?
    let outputPath: String?
    let number: Int?
    let asJSON: Bool
    let options: Comparison.Options

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        view = parsed.value("view")
        outputPath = parsed.value("output")
        number = try parsed.integer("generation", in: 1...Int.max)
        asJSON = parsed.flag("json")
        var options = Comparison.Options()
        options.drains = !parsed.flag("no-drain")
        options.sample = try Self.sample(parsed)
        if !options.sample.isAll, parsed.flag("all") {
            throw parsed.error(.invalidValue, "--sample and --all exclude each other")
        }
        self.options = options
    }

    /// `--sample 1/N`; all without it.
    static func sample(_ parsed: ParsedCommand) throws(UsageError) -> RowSample {
        guard let text = parsed.value("sample") else { return .all }
        guard text.hasPrefix("1/"), let share = Int(text.dropFirst(2)), share > 0 else {
            throw parsed.error(.invalidValue, "'--sample \(text)': expected a share such as 1/100")
        }
        return RowSample(share: share)
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        if let unknown = unknownView(in: configuration) {
            let names = configuration.projections.flatMap { plan in plan.views.map { "\(plan.name).\($0.name)" } }
            ConfigurationFile.tellUnknown("view", unknown, in: configPath, among: names)
            return .usage
        }
        do {
            let file = try outputPath.map { try DifferenceFile($0) }
            let side = try BuildSide(of: configuration, number: number)
            let answer = try DiffRun(side, view: view, options: options, file: file).run()
            if let fault = file?.fault { return Console.fail(fault, .failed) }
            if asJSON { return Console.printJSON(answer, answer.code) }
            Console.output.write(answer.text(hasColor: Console.output.hasColor))
            return answer.code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func unknownView(in configuration: Configuration) -> String? {
        let known = Set(
            configuration.projections.flatMap { plan in plan.views.flatMap { [$0.name, "\(plan.name).\($0.name)"] } })
        return view.flatMap { known.contains($0) ? nil : $0 }
    }
}
