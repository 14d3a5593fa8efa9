import CommandLine
import Configuration
import Lantern
import Logging
import Projections
import Records
import Redis
import System
import Worker

/// `lantern rebuild`: the views of a file's definition, beside the live ones.
struct RebuildCommand: Command {
    static let spec = CommandSpec(
        "rebuild", "Build the views again in a spare database, beside the live ones",
        discussion: """
            Starts a build of the file's definition, or joins the one that is there, and folds it: by the worker's own code,
            never past the live checkpoints. Readers see nothing of it. All projections of a database are built together.
            Runs until the build is promoted, or until Ctrl-C; the build stays, and a later run goes on.
            """,
        options: [
            CommonOptions.config,
            OptionSpec(
                "promote", "auto|manual", "auto: make it live once it has caught up, if all guards hold",
                default: "manual"),
            OptionSpec(flag: "until-caught-up", "stop once the build has caught up with the live views"),
            OptionSpec("until", "WHEN", "stop there, never to be promoted: a time, or TOPIC:PARTITION:OFFSET,…"),
            OptionSpec("max-rate", "N", "fold at most N events a second in this process"),
            OptionSpec("database", "N", "build in this database, which must be empty"),
            OptionSpec(flag: "allow-partial", "build although a topic no longer reaches back to its beginning"),
            OptionSpec(flag: "abort", "end the build of this definition and remove all of it"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern rebuild --config lantern.yaml", "Build and follow until it is promoted"),
            .init("lantern rebuild --config lantern.yaml --until-caught-up", "Build and stop, for scripts"),
            .init("lantern rebuild --config lantern.yaml --until 2026-11-25T10:00:00Z", "The views as they were then"),
            .init("lantern rebuild --config lantern.yaml --promote auto", "Build, and make it live"),
            .init("lantern rebuild --config lantern.yaml --abort", "Remove the build"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let untilCaughtUp: Bool
    let promotesItself: Bool
    let until: RebuildUntil?
    let maxRate: Int?
    let database: Int?
    let allowPartial: Bool
    let isAbort: Bool
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        untilCaughtUp = parsed.flag("until-caught-up")
        let promote = try parsed.requiredValue("promote")
        guard ["auto", "manual"].contains(promote) else {
            throw parsed.error(.invalidValue, "'--promote' takes auto or manual, not '\(promote)'")
        }
        promotesItself = promote == "auto"
        until = try RebuildUntil(parsed)
        if promotesItself, until != nil {
            throw parsed.error(
                .invalidValue, "'--until' makes a build that is never promoted: leave out '--promote auto'")
        }
        maxRate = try parsed.integer("max-rate", in: 1...1_000_000_000)
        database = try parsed.integer("database", in: 0...65_535)
        allowPartial = parsed.flag("allow-partial")
        isAbort = parsed.flag("abort")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        OpenFileLimit.raise()
        do {
            let units = RebuildUnit.all(configuration)
            if isAbort { return try abort(units) }
            guard let unit = try chosen(units) else { return .usage }
            return try rebuild(unit)
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// The database whose definitions changed; nil after a message if it is not clear which one is meant.
    private func chosen(_ units: [RebuildUnit]) throws -> RebuildUnit? {
        guard units.count > 1 else { return units.first }
        let changed = try units.filter { unit in
            var redis = try RedisConnection.open(unit.redis)
            return try unit.unit(withFacts: false).hasChanges(&redis)
        }
        if changed.count == 1 { return changed[0] }
        let homes = units.map { "\($0.home) (\($0.plans.map(\.name).joined(separator: ", ")))" }
        let what =
            changed.isEmpty ? "no definition differs from what is live" : "the definitions of several databases changed"
        _ = Console.fail(
            "\(what), and a build is of one database: \(homes.joined(separator: "; ")). Use a file that has only the projections of the one to build.",
            .usage)
        return nil
    }

    private func abort(_ units: [RebuildUnit]) throws -> ExitCode {
        let output = RebuildOutput(asJSON: asJSON)
        for unit in units {
            var redis = try RedisConnection.open(unit.redis)
            let builds = try unit.unit(withFacts: false)
            let place = try builds.existing(in: database, &redis)?.database
            let wasThere = try builds.abort(in: database, &redis)
            let names = builds.names.joined(separator: ", ")
            output.aborted(
                place, wasThere ? "\(names): the build was removed" : "\(names): there is no build of this definition")
        }
        return .done
    }

    private func rebuild(_ rebuild: RebuildUnit) throws -> ExitCode {
        let unit = try rebuild.unit(withFacts: true, allowPartial: allowPartial)
        var redis = try RedisConnection.open(rebuild.redis)
        let stops = try until?.stops(rebuild) ?? StopOffsets()
        var build = try unit.existing(in: database, until: stops, &redis)
        let isNew = build == nil
        if build == nil {
            try unit.check(database: database, &redis)
            build = try unit.create(in: database, until: stops, &redis)
        }
        guard let build else { return .failed }
        let signals = try SignalPipe()
        let log = Log(rebuild.configuration.log, on: Console.messages)
        let runners = rebuild.runners(build, log, maxRate: maxRate)
        let session = WorkerSession(
            runners, redis: rebuild.redis, limits: rebuild.configuration.limits, log: log)
        var output = RebuildOutput(asJSON: asJSON)
        var monitor = RebuildMonitor(
            BuildReader(unit, build, until: stops, redis: rebuild.redis), runners,
            endsCaughtUp: untilCaughtUp || promotesItself || until != nil)
        var first = BuildReader(unit, build, until: stops, redis: rebuild.redis)
        if case .beside(let progress) = try first.read() {
            output.started(build, isNew: isNew, remaining: progress.remaining)
        }
        try session.start()
        let promotion = promotesItself ? try RebuildPromotion(rebuild, build, configPath: configPath) : nil
        let end = session.run(untilEnd: false, signals: signals) { now in
            // The session goes on meanwhile: the build is folded up to where live stands.
            if let promotion, promotion.isStarted { return promotion.isRunning }
            if monitor.tick(&output, now: now) { return true }
            guard let promotion, monitor.outcome == .caughtUp else { return false }
            promotion.start()
            return true
        }
        if let ended = try promotion?.end() {
            guard ended.isLive else { return Console.fail(ended.words, .failed) }
            output.ended(.promoted, monitor.build, ended.words)
            return .done
        }
        if case .failed = end { return ErrorReport.code(end) }
        return told(monitor.outcome, monitor.build, monitor.progress.remaining, &output)
    }

    private func told(
        _ outcome: RebuildMonitor.Outcome?, _ build: Build, _ remaining: Int64, _ output: inout RebuildOutput
    ) -> ExitCode {
        let place = "database \(build.database)"
        switch outcome {
        case .caughtUp:
            output.ended(.caughtUp, build, remaining: remaining, "the build in \(place) has caught up, and stays there")
            return .done
        case .promoted:
            output.ended(.promoted, build, "the build is live now")
            return .done
        case .halted(let words):
            return Console.fail("the build in \(place) cannot catch up: \(words)", .halted)
        case .gone:
            return Console.fail("the build was removed, or Redis has lost it: no database has it any more", .failed)
        case nil:
            return Console.fail(
                "a signal ended it; the build stays in \(place), and the same command goes on with it", .failed)
        }
    }
}
