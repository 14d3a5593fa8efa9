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
            OptionSpec("max-rate", "N", "fold at most N events a second, in all processes together"),
            OptionSpec("set-rate", "N|unlimited", "change the rate of the existing build, and exit"),
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
            .init("lantern rebuild --config lantern.yaml --set-rate 5000", "Slow down the one that runs"),
            .init("lantern rebuild --config lantern.yaml --abort", "Remove the build"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let untilCaughtUp: Bool
    let promotesItself: Bool
    let until: RebuildUntil?
    let maxRate: Int?
    let rateChange: RateChange?
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
        rateChange = try RateChange(parsed)
        database = try parsed.integer("database", in: 0...65_535)
        allowPartial = parsed.flag("allow-partial")
        isAbort = parsed.flag("abort")
        if isAbort, rateChange != nil {
            throw parsed.error(.unexpectedValue, "'--set-rate' is for a build that goes on, and '--abort' ends it")
        }
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        OpenFileLimit.raise()
        do {
            let units = RebuildUnit.all(configuration)
            if isAbort { return try abort(units) }
            if let rateChange { return try setRate(rateChange, units) }
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
            let removed = try builds.abort(in: database, &redis)
            DroppedGroups.delete(removed, unit.configuration)
            let names = builds.names.joined(separator: ", ")
            let wasThere = !removed.isEmpty
            if wasThere { CommandHistory.note("\(names): the build was removed", &redis) }
            output.aborted(
                place, wasThere ? "\(names): the build was removed" : "\(names): there is no build of this definition")
        }
        return .done
    }

    /// Drops what was live before if the build finds no empty database.
    private func makeRoom(
        _ unit: BuildUnit, _ redis: inout RedisConnection
    ) throws -> [(projection: String, record: GenerationRecord)] {
        let dropped = try unit.makeRoom(&redis)
        for each in dropped {
            Console.messages.write("dropped \(each.name), which was live before: the build needs its database\n")
            CommandHistory.note("dropped \(each.name): the build needs its database", &redis)
        }
        return dropped.map { ($0.projection, $0.record) }
    }

    private func setRate(_ change: RateChange, _ units: [RebuildUnit]) throws -> ExitCode {
        let output = RebuildOutput(asJSON: asJSON)
        var hasSet = false
        for unit in units {
            var redis = try RedisConnection.open(unit.redis)
            let builds = try unit.unit(withFacts: false)
            for build in try builds.builds(in: database, &redis)
            where try builds.setRate(change.rate, of: build, &redis) {
                hasSet = true
                CommandHistory.note("the build \(builds.words(build)): \(change.words)", &redis)
                output.rateSet(change, build, "the build \(builds.words(build))")
            }
        }
        if hasSet { return .done }
        return Console.fail(
            "there is no build of this file's definition, so there is no rate to change: `lantern rebuild --max-rate N` starts one",
            .failed)
    }

    private func rebuild(_ rebuild: RebuildUnit) throws -> ExitCode {
        let unit = try rebuild.unit(withFacts: true, allowPartial: allowPartial)
        var redis = try RedisConnection.open(rebuild.redis)
        let stops = try until?.stops(rebuild) ?? StopOffsets()
        var build = try unit.existing(in: database, until: stops, &redis)
        let isNew = build == nil
        if let build { try unit.resume(build, &redis) }
        if build == nil {
            try unit.check(database: database, mayReplace: true, &redis)
            if database == nil { DroppedGroups.delete(try makeRoom(unit, &redis), rebuild.configuration) }
            build = try unit.create(in: database, until: stops, &redis)
            if let build { CommandHistory.note("building \(unit.words(build))", &redis) }
        }
        guard let build else { return .failed }
        if let maxRate { _ = try unit.setRate(maxRate, of: build, &redis) }
        let signals = try SignalPipe()
        let log = Log(rebuild.configuration.log, on: Console.messages)
        let runners = rebuild.runners(build, log)
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
        let promotion = promotesItself ? try RebuildPromotion(rebuild, build) : nil
        let end = session.run(untilEnd: false, signals: signals) { now in
            // The session goes on meanwhile: the build is folded up to where live stands.
            if let promotion, promotion.isStarted { return promotion.isRunning }
            if monitor.tick(&output, now: now) { return true }
            guard let promotion, monitor.outcome == .caughtUp else { return false }
            promotion.start()
            return true
        }
        if let speed = monitor.eventsPerSecond {
            var redis = try RedisConnection.open(rebuild.redis)
            try unit.noteSpeed(speed, of: monitor.build, &redis)
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
