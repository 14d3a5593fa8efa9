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
    /// Whether it is said if nobody folds what is live then.
    let looksForWorkers: Bool
    let choose: Choosing

    /// Which database is to be live, and the definitions to fold it with; nil definitions: this process cannot.
    typealias Choosing = (
        GenerationsSession, GenerationChoice, inout RedisConnection
    ) throws -> (database: Int, unit: RebuildUnit?)

    /// The build of the file's definition becomes live.
    static func promote(_ options: PromotionOptions) -> PromotionRun {
        PromotionRun(options: options, command: "promote", comparesRows: true, looksForWorkers: false) {
            session, choice, _ in
            (try choice.build(of: session.fingerprints), session.unit)
        }
    }

    /// What was live before becomes live again.
    static func rollback(_ options: PromotionOptions) -> PromotionRun {
        PromotionRun(options: options, command: "rollback", comparesRows: false, looksForWorkers: true) {
            session, choice, redis in
            let database = try choice.previous(liveUntil: try session.liveUntil(choice, &redis))
            return (database, try session.stored(in: database, &redis))
        }
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(options.configPath) else { return .usage }
        OpenFileLimit.raise()
        do {
            let (result, session) = try result(configuration, signals: { try SignalPipe() })
            let code = tell(result, unfolded(result, session))
            if code == .done, case .swapped? = result.outcome { try keepCurrent(result.facts.subject, session) }
            return code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// The same for another reader than a terminal; `isCancelled` takes the place of signals.
    func answer(
        _ configuration: Configuration, isCancelled: @escaping @Sendable () -> Bool
    ) throws -> PromotionAnswer {
        let (result, session) = try result(configuration, signals: { nil }, isCancelled: isCancelled)
        return PromotionAnswer(result, isTrial: options.isTrial, unfolded: unfolded(result, session))
    }

    private func unfolded(_ result: Promoter.Result, _ session: GenerationsSession) -> [UnfoldedGeneration] {
        guard looksForWorkers, case .swapped? = result.outcome else { return [] }
        return UnfoldedGeneration.all(result.facts.subject, session)
    }

    private func result(
        _ configuration: Configuration, signals: () throws -> SignalPipe?,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> (Promoter.Result, GenerationsSession) {
        let session = try GenerationsSession.one(
            of: configuration, number: options.number, clientName: "lantern-\(command)")
        var redis = try session.connect()
        let choice = try session.choice(number: options.number, &redis)
        let (database, unit) = try choose(session, choice, &redis)
        let subject = try PromotionSubject.read(session.names, home: session.home, database: database, &redis)
        redis.close()
        var promoter = promoter(subject, session)
        if options.isTrial {
            // The real one catches up first.
            promoter.guards.maxLagMilliseconds = .max
            return (try promoter.examine(), session)
        }
        guard let unit else { return (try promoter.promote(isCancelled: isCancelled), session) }
        // Folds the build in this process until it has caught up, and while it becomes live.
        let build = Build(database: subject.database, records: subject.projections.map(\.build))
        let follower = BuildFollower(unit, build, without: "nothing was changed")
        let result = try follower.run(signals: try signals(), isCancelled: isCancelled) { [promoter] isCancelled in
            try promoter.promote(isCancelled: isCancelled)
        }
        return (result, session)
    }

    private func promoter(_ subject: PromotionSubject, _ session: GenerationsSession) -> Promoter {
        var promoter = session.promoter(subject)
        promoter.guards = options.guards(comparesRows: comparesRows)
        promoter.drainMilliseconds = Int64(options.drainMilliseconds)
        return promoter
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

    private func tell(_ result: Promoter.Result, _ unfolded: [UnfoldedGeneration]) -> ExitCode {
        let answer = PromotionAnswer(result, isTrial: options.isTrial, unfolded: unfolded)
        if options.asJSON { return Console.printJSON(answer, answer.code) }
        let (text, failure) = answer.text(result.outcome)
        if !text.isEmpty { Console.output.write(text) }
        return failure.map { Console.fail($0, answer.code) } ?? answer.code
    }
}
