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
    var looksForWorkers = false

    /// Which database is to be live, and the definitions to fold it with; nil definitions: this process cannot.
    typealias Choosing = (
        GenerationsSession, GenerationChoice, inout RedisConnection
    ) throws -> (database: Int, unit: RebuildUnit?)

    func run(choosing choose: Choosing) -> ExitCode {
        guard let configuration = ConfigurationFile.load(options.configPath) else { return .usage }
        OpenFileLimit.raise()
        do {
            let session = try GenerationsSession.one(
                of: configuration, number: options.number, clientName: "lantern-\(command)")
            var redis = try session.connect()
            let choice = try session.choice(number: options.number, &redis)
            let (database, unit) = try choose(session, choice, &redis)
            let subject = try PromotionSubject.read(session.names, home: session.home, database: database, &redis)
            redis.close()
            let result = try promote(subject, session, unit)
            var unfolded: [UnfoldedGeneration] = []
            if looksForWorkers, case .swapped? = result.outcome { unfolded = UnfoldedGeneration.all(subject, session) }
            let code = tell(result, unfolded)
            if code == .done, case .swapped? = result.outcome { try keepCurrent(subject, session) }
            return code
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func promoter(_ subject: PromotionSubject, _ session: GenerationsSession) -> Promoter {
        var promoter = session.promoter(subject)
        promoter.guards = options.guards(comparesRows: comparesRows)
        promoter.drainMilliseconds = Int64(options.drainMilliseconds)
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
        let build = Build(database: promoter.subject.database, records: promoter.subject.projections.map(\.build))
        return try BuildFollower(rebuild, build, without: "nothing was changed").run { isCancelled in
            try promoter.promote(isCancelled: isCancelled)
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

    private func tell(_ result: Promoter.Result, _ unfolded: [UnfoldedGeneration]) -> ExitCode {
        let answer = PromotionAnswer(result, isTrial: options.isTrial, unfolded: unfolded)
        if options.asJSON { return Console.printJSON(answer, answer.code) }
        let (text, failure) = answer.text(result.outcome)
        if !text.isEmpty { Console.output.write(text) }
        return failure.map { Console.fail($0, answer.code) } ?? answer.code
    }
}
