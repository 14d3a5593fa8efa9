import CommandLine
import Configuration
import Projections
import System

/// `lantern validate`: checks a file without Kafka or Redis.
struct ValidateCommand: Command {
    static let spec = CommandSpec(
        "validate", "Check a file, without Kafka or Redis",
        discussion: """
            Mistakes are written to stderr as FILE:LINE:COLUMN: message, with what was probably meant; with --json they
            are in the object on stdout.

            With --sample the projections are tried on real events, one per line: how many each rule took, which rules
            took none, and which events would be parked and why. A line is an event's value as it is, or an object
            {"@value": …} with "@key", "@topic", "@timestamp" and "@headers" as needed ("@value": null is a tombstone), or
            what `kcat -J` writes. If a line has no key, the path that the topic declares as its key is used.
            """,
        arguments: [ArgumentSpec("FILE", "the YAML file", completion: .files)],
        options: [
            OptionSpec(
                "sample", "EVENTS", "a file of events to try it on, one per line; - is stdin", completion: .files),
            OptionSpec("topic", "TOPIC", "the topic of the lines that do not name one"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern validate lantern.yaml", "Check a file"),
            .init("lantern validate lantern.yaml --sample orders.ndjson", "Try it on some events"),
            .init(
                "kcat -C -b localhost -t orders -c 1000 -e -J | lantern validate lantern.yaml --sample -",
                "The same with the first 1,000 events of a topic"),
            .init("lantern validate lantern.yaml --json | jq '.projections[].views[].key'", "Its keys, for scripts"),
        ],
        exitCodes: [
            .init(ExitCode.done.rawValue, "done"),
            .init(ExitCode.failed.rawValue, "with --sample: some event cannot be projected"),
            .init(ExitCode.usage.rawValue, "the command line, the configuration or the sample is wrong"),
        ])

    let path: String
    let samplePath: String?
    let topic: String?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        path = try parsed.requiredArgument("FILE")
        samplePath = parsed.value("sample")
        topic = parsed.value("topic")
        asJSON = parsed.flag("json")
        if topic != nil, samplePath == nil {
            throw parsed.error(.missingOption, "'--topic' needs '--sample EVENTS': it names the topic of those events")
        }
    }

    func run() -> ExitCode {
        let configuration: Configuration
        if asJSON {
            do {
                configuration = try ConfigurationFile.read(path)
            } catch {
                return Console.printJSON(ConfigurationSummary(file: path, error), .usage)
            }
        } else {
            guard let loaded = ConfigurationFile.load(path) else { return .usage }
            configuration = loaded
        }
        var summary = ConfigurationSummary(configuration)
        do throws(SampleFile.Fault) {
            summary.sample = try sample(configuration)
        } catch {
            for line in error.lines { Console.messages.write(line + "\n") }
            return .usage
        }
        let code: ExitCode = summary.sample?.hasBadEvents == true ? .failed : .done
        if asJSON { return Console.printJSON(summary, code) }
        let hasColor = Console.output.hasColor
        Console.output.write(summary.text(hasColor: hasColor))
        if let report = summary.sample {
            Console.output.write(SampleText.text(report, configuration.projections, hasColor: hasColor))
        }
        return code
    }

    private func sample(_ configuration: Configuration) throws(SampleFile.Fault) -> SampleReport? {
        guard let samplePath else { return nil }
        var sample = try SampleFile(samplePath)
        try sample.place(in: configuration.projections, topic: topic)
        return SampleReport(sample, configuration.projections, limits: configuration.limits)
    }
}
