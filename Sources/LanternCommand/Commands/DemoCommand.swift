import CommandLine

/// `lantern demo`: everything at once, without anything of the user's own.
struct DemoCommand: Command {
    static let spec = CommandSpec(
        "demo", "See events flow from Kafka into Redis views, and the result checked",
        discussion: """
            Starts a private redis-server and an embedded Kafka broker, generates order and customer events, runs the
            worker, and at the end compares the views with an independent fold of what was produced. Ctrl-C ends it and
            leaves nothing running.

            With --rebuild it deploys a change while events flow: a build beside the live views, the differences, the switch
            under the eyes of a reader, and the way back. At most 50,000 events come first then, and 1,000 a second go on.
            """,
        options: [
            OptionSpec(
                "config", "FILE", "the projections to show", default: defaultConfig, completion: .files),
            OptionSpec("events", "N", "how many events to produce; 0: until Ctrl-C", default: "1000000"),
            OptionSpec("rate", "R", "events per second at most; 0: no limit", default: "0"),
            OptionSpec(flag: "rebuild", "show how a changed definition is deployed without an interruption"),
            OptionSpec("kafka", "HOST:PORT", "a Kafka of your own instead of the embedded broker"),
            OptionSpec(
                "redis", "URL", "a Redis of your own instead of a private one, such as redis://localhost:6379/9"),
        ],
        examples: [
            .init("lantern demo --events 100000", "A short demo"),
            .init("lantern demo --rebuild", "A changed definition, and the way back"),
            .init("lantern demo --rate 5000 --events 0", "A slow one, until Ctrl-C"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    static let defaultConfig = "deploy/demo/lantern.yaml"

    /// How many events; nil is without end.
    let events: Int?
    /// Events per second at most; nil is without a bound.
    let rate: Int?
    let kafka: String?
    let configPath: String
    let redis: String?
    let showsRebuild: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        events = try parsed.integer("events", in: 0...Int.max).flatMap { $0 == 0 ? nil : $0 }
        rate = try parsed.integer("rate", in: 0...Int.max).flatMap { $0 == 0 ? nil : $0 }
        kafka = parsed.value("kafka")
        configPath = try parsed.requiredValue("config")
        redis = parsed.value("redis")
        showsRebuild = parsed.flag("rebuild")
    }

    func run() -> ExitCode { Demo(options: self).run() }
}
