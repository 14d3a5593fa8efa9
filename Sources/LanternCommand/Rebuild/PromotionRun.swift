import CommandLine
import Configuration
import Lantern
import Logging
import Records
import Redis
import System
import Worker

/// `promote` and `rollback` from the file to the answer; they differ in which generations become live.
struct PromotionRun {
    let options: PromotionOptions
    let command: String
    let comparesRows: Bool

    /// Which database is to be live, and the definitions to fold it with; nil definitions: this process cannot.
    typealias Choosing = (
        GenerationsSession, GenerationChoice, inout RedisConnection
    ) throws -> (database: Int, unit: RebuildUnit?)

    func run(choosing choose: Choosing) -> ExitCode {
        guard let configuration = ConfigurationFile.load(options.configPath) else { return .usage }
        OpenFileLimit.raise()
        do {
            guard let session = try chosen(GenerationsSession.all(configuration, clientName: "lantern-\(command)"))
            else { return .failed }
            var redis = try session.connect()
            let choice = try session.choice(number: options.number, &redis)
            let (database, unit) = try choose(session, choice, &redis)
            let subject = try PromotionSubject.read(session.names, home: session.home, database: database, &redis)
            redis.close()
            let result = try promote(subject, session, unit)
            let code = tell(result)
            if code == .done, case .swapped? = result.outcome { try keepCurrent(subject, session) }
            return code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// The home database that has something beside it; nil after a message if it is not clear which one is meant.
    private func chosen(_ sessions: [GenerationsSession]) throws -> GenerationsSession? {
        guard sessions.count > 1 else { return sessions.first }
        let candidates = try sessions.filter { session in
            var redis = try session.connect()
            return try !session.choice(number: options.number, &redis).others.isEmpty
        }
        if candidates.count == 1 { return candidates[0] }
        let homes = sessions.map { "\($0.home) (\($0.names.joined(separator: ", ")))" }.joined(separator: "; ")
        _ = Console.fail(
            "the file has several home databases, and \(candidates.isEmpty ? "none" : "more than one") of them has generations beside it: \(homes). Use a file that has only the projections of one of them.",
            .failed)
        return nil
    }

    private func promoter(_ subject: PromotionSubject, _ session: GenerationsSession) -> Promoter {
        let numbers = subject.projections.map { "\($0.name) \($0.live?.number ?? 0) to \($0.build.number)" }
        let history = HistoryEntry(
            who: GenerationsSession.who, command: "lantern \(command) --config \(options.configPath)",
            result: "live: \(numbers.joined(separator: ", "))")
        var promoter = Promoter(subject, history: history) { () throws(RedisError) in try session.connect() }
        promoter.guards = options.guards(comparesRows: comparesRows)
        promoter.drainMilliseconds = Int64(options.drainMilliseconds)
        promoter.kinds = session.kinds
        return promoter
    }

    private func promote(
        _ subject: PromotionSubject, _ session: GenerationsSession, _ unit: RebuildUnit?
    ) throws -> Promoter.Result {
        var promoter = promoter(subject, session)
        if options.isTrial {
            // The real one catches up first.
            promoter.guards.maxLagMilliseconds = .max
            return try promoter.examine()
        }
        guard let unit else { return try promoter.promote() }
        return try followed(promoter, unit)
    }

    /// Folds the build in this process until it has caught up, and while it becomes live.
    private func followed(_ promoter: Promoter, _ rebuild: RebuildUnit) throws -> Promoter.Result {
        let unit = try rebuild.unit(withFacts: true, allowPartial: true)
        let build = Build(database: promoter.subject.database, records: promoter.subject.projections.map(\.build))
        let signals = try SignalPipe()
        let log = Log(rebuild.configuration.log, on: Console.messages)
        let runners = rebuild.runners(build, log)
        let session = WorkerSession(
            runners, redis: rebuild.redis, limits: rebuild.configuration.limits, log: log)
        var output = RebuildOutput(asJSON: false)
        var monitor = RebuildMonitor(BuildReader(unit, build, redis: rebuild.redis), runners, endsCaughtUp: true)
        let job = PromotionJob(promoter)
        try session.start()
        let end = session.run(untilEnd: false, signals: signals) { now in
            if job.isStarted { return job.result == nil }
            if monitor.tick(&output, now: now) { return true }
            guard monitor.outcome == .caughtUp else { return false }
            job.start()
            return true
        }
        output.clear()
        if let result = job.end() { return try result.get() }
        if case .failed(let error) = end { throw error }
        throw WorkerError(.failed, "nothing was changed: \(Self.words(monitor.outcome))")
    }

    private static func words(_ outcome: RebuildMonitor.Outcome?) -> String {
        switch outcome {
        case .halted(let words): "the build cannot catch up: \(words)"
        case .gone: "the build was removed, or Redis has lost it"
        case .promoted: "another promotion has made it live meanwhile"
        case .caughtUp, nil: "interrupted"
        }
    }

    /// Goes on folding what was live before, so that the way back is short.
    private func keepCurrent(_ subject: PromotionSubject, _ session: GenerationsSession) throws {
        guard let milliseconds = options.keepCurrentMilliseconds else { return }
        var redis = try session.connect()
        guard let unit = try session.stored(in: subject.database, &redis) else {
            throw WorkerError(
                .failed, "the former definition was not kept, so that this process cannot keep it current")
        }
        redis.close()
        let records = subject.projections.compactMap(\.live)
        let log = Log(unit.configuration.log, on: Console.messages)
        let runners = unit.runners(Build(database: subject.database, records: records), log)
        let worker = WorkerSession(
            runners, redis: unit.redis, limits: unit.configuration.limits, log: log)
        let end = Clock.milliseconds() + Int64(milliseconds)
        try worker.start()
        if case .failed(let error) = worker.run(untilEnd: false, signals: try SignalPipe(), tick: { $0 < end }) {
            throw error
        }
    }

    private func tell(_ result: Promoter.Result) -> ExitCode {
        let answer = PromotionAnswer(result, isTrial: options.isTrial)
        if options.asJSON { return Console.printJSON(answer, answer.code) }
        let (text, failure) = answer.text(result.outcome)
        if !text.isEmpty { Console.output.write(text) }
        return failure.map { Console.fail($0, answer.code) } ?? answer.code
    }
}
