import Records
import Redis
import Worker

/// `lantern rebuild --promote auto`: the promotion that follows when the build has caught up.
struct RebuildPromotion {
    private let job: SideJob<Promoter.Result>

    /// Of a build that is in that database now; nothing is sent yet but what is read for it.
    init(_ unit: RebuildUnit, _ build: Build) throws {
        let session = GenerationsSession(unit, clientName: "lantern-rebuild")
        var redis = try session.connect()
        let subject = try PromotionSubject.read(session.names, home: session.home, database: build.database, &redis)
        let promoter = session.promoter(subject)
        job = SideJob { isCancelled in try promoter.promote(isCancelled: isCancelled) }
    }

    var isStarted: Bool { job.isStarted }
    var isRunning: Bool { job.isStarted && job.result == nil }
    func start() { job.start() }

    /// Waits for its end; nil if it was never started, else why it is not live, or nothing.
    func end() throws -> (isLive: Bool, words: String)? {
        guard let result = try job.end()?.get() else { return nil }
        let answer = PromotionAnswer(result, isTrial: false)
        let (text, failure) = answer.text(result.outcome)
        return (answer.swapped, failure ?? text)
    }
}
