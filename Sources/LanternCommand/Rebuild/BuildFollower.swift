import Configuration
import Lantern
import Logging
import System
import Worker

/// Folds a build in this process until it has caught up, then goes on while the work is done that needs it to be current.
struct BuildFollower {
    private let rebuild: RebuildUnit
    private let build: Build
    private let loss: String

    /// `without`: what the work would have done, for the message if it is never begun.
    init(_ rebuild: RebuildUnit, _ build: Build, without loss: String) {
        self.rebuild = rebuild
        self.build = build
        self.loss = loss
    }

    /// Throws what the work throws, or ``WorkerError`` if the build did not catch up.
    func run<Value: Sendable>(
        signals: SignalPipe?, isCancelled: @escaping @Sendable () -> Bool = { false },
        _ work: @escaping @Sendable (@escaping @Sendable () -> Bool) throws -> Value
    ) throws -> Value {
        let unit = try rebuild.unit(withFacts: true, allowPartial: true)
        let log = Log(rebuild.configuration.log, on: Console.messages)
        let runners = rebuild.runners(build, log)
        let session = WorkerSession(runners, redis: rebuild.redis, limits: rebuild.configuration.limits, log: log)
        // Without signals it is another program's log that progress would stand in.
        let quiet = Device(descriptor: -1, isTerminal: false, hasColor: false)
        var output = RebuildOutput(asJSON: false, on: signals == nil ? quiet : Console.messages)
        var monitor = RebuildMonitor(BuildReader(unit, build, redis: rebuild.redis), runners, endsCaughtUp: true)
        let job = SideJob(work)
        try session.start()
        let end = session.run(untilEnd: false, signals: signals) { now in
            if isCancelled() { return false }
            if job.isStarted { return job.result == nil }
            if monitor.tick(&output, now: now) { return true }
            guard monitor.outcome == .caughtUp else { return false }
            job.start()
            return true
        }
        output.clear()
        if let result = job.end() { return try result.get() }
        if case .failed(let error) = end { throw error }
        throw WorkerError(.failed, "\(loss): \(Self.words(monitor.outcome))")
    }

    private static func words(_ outcome: RebuildMonitor.Outcome?) -> String {
        switch outcome {
        case .halted(let words): "the build cannot catch up: \(words)"
        case .gone: "the build was removed, or Redis has lost it"
        case .promoted: "another promotion has made it live meanwhile"
        case .caughtUp, nil: "interrupted"
        }
    }
}
