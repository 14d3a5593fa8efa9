import Kafka
import Redis
import Synchronization
public import System

/// Keeps a status model current on threads of its own, so that nobody who asks for it ever waits for Redis or Kafka: while
/// one of them is away it says so, with what was known before.
public final class StatusKeeper: Sendable {
    /// So long between two looks, in milliseconds: at Redis while somebody asks, and while nobody does; at Kafka.
    public static let usualInterval: Int64 = 1_000
    /// Between two PINGs until then.
    static let pulse: Int64 = 200
    static let idleInterval: Int64 = 5_000
    static let kafkaInterval: Int64 = 2_000
    /// A look or a PING that takes longer says that Redis is away, in milliseconds.
    static let patience: Int64 = 1_000
    /// Nobody has asked for so long.
    static let idleAfter: Int64 = 30_000

    private struct State {
        var memory = StatusMemory()
        var logs: [String: TopicLogs] = [:]
        /// When Kafka was asked for them.
        var logsAskedAt: Int64 = 0
        var askedAt: Int64 = 0
        /// When the look at Redis that is under way began, by the clock that only goes forward; nil: none is.
        var lookBegan: Int64?
        var isStopped = false
    }

    private let subjects: [StatusSubject]
    private let kafka: [(String, String)]
    private let clientID: String
    private let interval: Int64
    private let process: @Sendable () -> ProcessFigures
    private let state = Mutex(State())

    /// `interval` is between two looks at Redis while somebody asks, in milliseconds. `process` returns what this process measures; it is called by whoever asks for metrics or the verdict.
    public init(
        _ subjects: [StatusSubject], kafka: [(String, String)], clientID: String,
        interval: Int64 = StatusKeeper.usualInterval, process: @escaping @Sendable () -> ProcessFigures
    ) {
        self.subjects = subjects
        self.kafka = kafka
        self.clientID = clientID
        self.interval = interval
        self.process = process
    }

    /// Starts its threads.
    public func start() throws(SystemError) {
        try DetachedThread.start { [self] in lookAtRedis() }
        try DetachedThread.start { [self] in lookAtKafka() }
    }

    /// Its threads end soon; it does not wait for them, since a server that is away may hold one for seconds.
    public func stop() { state.withLock { $0.isStopped = true } }

    /// How everything is now, with the verdict; never waits.
    public var status: StatusModel {
        let now = Clock.wallMilliseconds()
        let figures = process()
        return state.withLock { state in
            state.askedAt = now
            if let began = state.lookBegan, Clock.milliseconds() - began > Self.patience {
                state.memory.noteSilence(since: now - (Clock.milliseconds() - began))
            }
            return state.memory.status(figures, now: now)
        }
    }

    /// What this process measures.
    public var figures: ProcessFigures { process() }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    // MARK: Its threads

    private func lookAtRedis() {
        var reader = StatusReader(subjects)
        while !isStopped {
            let (logs, askedAt) = state.withLock { ($0.logs, $0.logsAskedAt) }
            state.withLock { $0.lookBegan = Clock.milliseconds() }
            do {
                let model = try reader.read(logs, askedAt: askedAt)
                state.withLock { state in
                    state.lookBegan = nil
                    state.memory.take(model)
                }
            } catch {
                lost(error)
            }
            let isAsked = state.withLock { Clock.wallMilliseconds() - $0.askedAt < Self.idleAfter }
            if isAsked { rest(&reader) } else { wait(Self.idleInterval, unlessAsked: true) }
        }
    }

    /// Until the next look. A PING now and then shows early that Redis hangs, and costs it nothing.
    private func rest(_ reader: inout StatusReader) {
        let began = Clock.milliseconds()
        while Clock.milliseconds() - began < interval, !isStopped {
            Pause.milliseconds(Self.pulse)
            state.withLock { $0.lookBegan = Clock.milliseconds() }
            do {
                try reader.ping()
                // It replies again: what there is now is to be read.
                if state.withLock({ state in
                    state.lookBegan = nil
                    return state.memory.isSilent
                }) {
                    return
                }
            } catch {
                return lost(error)
            }
        }
    }

    private func lost(_ error: any Error) {
        let words = (error as? RedisError)?.message ?? "\(error)"
        state.withLock { state in
            state.lookBegan = nil
            state.memory.lostRedis(words, now: Clock.wallMilliseconds())
        }
    }

    private func lookAtKafka() {
        let topics = StatusReader(subjects).topics
        while !isStopped {
            do throws(KafkaError) {
                var ends = try LogEnds(kafka, clientID: clientID, timeoutMilliseconds: 5_000, withRetention: true)
                while !isStopped {
                    let askedAt = Clock.wallMilliseconds()
                    let logs = ends.read(topics)
                    let fault = ends.fault?.message
                    let now = Clock.wallMilliseconds()
                    state.withLock { state in
                        state.logs = logs
                        state.logsAskedAt = askedAt
                        state.memory.kafka(fault, now: now)
                        state.memory.logs(logs, now: now)
                    }
                    wait(Self.kafkaInterval)
                }
            } catch {
                state.withLock { $0.memory.kafka(error.message, now: Clock.wallMilliseconds()) }
                wait(Self.idleInterval)
            }
        }
    }

    /// With `unlessAsked` it ends as soon as somebody asks: what is answered then was read long ago.
    private func wait(_ milliseconds: Int64, unlessAsked: Bool = false) {
        let askedAt = state.withLock { $0.askedAt }
        var left = milliseconds
        while left > 0, !isStopped, !unlessAsked || state.withLock({ $0.askedAt }) == askedAt {
            Pause.milliseconds(min(left, 200))
            left -= 200
        }
    }
}
