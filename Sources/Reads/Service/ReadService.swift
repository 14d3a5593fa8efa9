import Projections
public import Redis
import Synchronization
public import System

/// Answers requests from Redis: a bounded pool of connections, and one thread each for the checkpoints that somebody waits for,
/// for Kafka, and for those whose time is over. Waiting costs no thread.
///
/// What happens next is decided by ``ReadDesk``. A request is one transaction, and those that come together go to Redis
/// together.
public final class ReadService: Sendable {
    public typealias Completion = @Sendable (ReadOutcome) -> Void

    private struct State {
        var desk = ReadDesk()
        var completions: [Int: Completion] = [:]
        var layouts: [Int: TopicLayout] = [:]
        var isStopped = false
    }

    /// Connections that read rows.
    private static let readers = 2
    /// So many requests go to Redis together.
    private static let together = 32
    /// Between two looks at checkpoints that somebody waits for, and after one that failed.
    private static let lookMilliseconds = 3
    private static let retryMilliseconds = 50

    public let subjects: [ReadSubject]
    let servers: ReadServers
    private let kafka: [(String, String)]
    private let clientID: String
    private let state = Mutex(State())
    private let readWork = Bell()
    private let watchWork = Bell()
    private let logWork = Bell()
    private let timeWork = Bell()

    /// `kafka` are librdkafka's properties; without them no reader can ask for what is newest. `replicas` are the servers to
    /// read from, in order, one with sentinels meaning all that they know; nil: the master.
    public init(
        _ subjects: [ReadSubject], kafka: [(String, String)], clientID: String, replicas: [RedisOptions]? = nil
    ) {
        self.subjects = subjects
        servers = ReadServers(master: subjects.first?.redis, replicas: replicas)
        self.kafka = kafka
        self.clientID = clientID
    }

    /// Starts its threads.
    public func start() throws(SystemError) {
        for _ in 0..<Self.readers { try DetachedThread.start { [self] in readRows() } }
        try DetachedThread.start { [self] in watchCheckpoints() }
        try DetachedThread.start { [self] in askLog() }
        try DetachedThread.start { [self] in keepTime() }
    }

    /// Ends every request; those that come later end at once. Its threads end by themselves.
    public func stop() {
        change { state in
            state.isStopped = true
            state.desk.stop()
        }
        readWork.ring()
        watchWork.ring()
        logWork.ring()
        timeWork.ring()
    }

    /// How many requests are being answered.
    public var count: Int { state.withLock { $0.desk.count } }

    /// `completion` is called once, on a thread of the service's, or on this one.
    public func submit(_ request: ReadRequest, _ completion: @escaping Completion) {
        change { state in
            let id = state.desk.submit(request, now: Self.now)
            state.completions[id] = completion
        }
    }

    private static var now: Int64 { Int64(Clock.nanoseconds()) }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Changes the desk, wakes the threads that have something to do now, and answers those who are done.
    private func change(_ body: (inout State) -> Void) {
        let (done, wakes) = state.withLock { state in
            let deadline = state.desk.nextDeadline
            let isWatching = !state.desk.watched.isEmpty
            let wantedLog = state.desk.wantsLog
            body(&state)
            let done = state.desk.takeFinished().map { (state.completions.removeValue(forKey: $0.id), $0.outcome) }
            let next = state.desk.nextDeadline
            let isEarlier = next.map { next in deadline.map { next < $0 } ?? true } ?? false
            return (
                done,
                (
                    read: state.desk.hasWork, watch: !isWatching && !state.desk.watched.isEmpty,
                    log: !wantedLog && state.desk.wantsLog, time: isEarlier
                )
            )
        }
        if wakes.read { readWork.ring() }
        if wakes.watch { watchWork.ring() }
        if wakes.log { logWork.ring() }
        if wakes.time { timeWork.ring() }
        for (completion, outcome) in done { completion?(outcome) }
    }

    // MARK: Its threads

    private func readRows() {
        var link = ReadLink(servers)
        while !isStopped {
            let (work, isMore) = state.withLock { state in
                (state.desk.takeWork(atMost: Self.together), state.desk.hasWork)
            }
            guard !work.isEmpty else {
                readWork.wait()
                continue
            }
            if isMore { readWork.ring() }
            let batch = ReadBatch(work.map(\.request))
            var results = batch.results(read(batch.transactions, over: &link))
            let alone = results.indices.filter { results[$0] == nil }
            if !alone.isEmpty {
                for (index, result) in zip(alone, read(alone.map { work[$0].request }, over: &link)) {
                    results[index] = result
                }
            }
            change { state in
                let now = Self.now
                for (each, result) in zip(work, results) {
                    if let result { state.desk.read(each.id, result, now: now) }
                }
            }
        }
        // One ring wakes one of them: the next one ends as well.
        readWork.ring()
    }

    private func read(
        _ requests: [ReadRequest], over link: inout ReadLink
    ) -> [Result<ReadAnswer, ReadFailure>] {
        let layouts = state.withLock { $0.layouts }
        let (results, found) = link.run(requests.map { ReadRound($0, of: subjects, layouts: layouts) })
        if !found.isEmpty { state.withLock { $0.layouts.merge(found) { $1 } } }
        return results
    }

    private func watchCheckpoints() {
        var link = ReadLink(servers)
        while !isStopped {
            let (watched, layouts) = state.withLock { ($0.desk.watched.sorted(), $0.layouts) }
            guard !watched.isEmpty else {
                watchWork.wait()
                continue
            }
            let (results, found) = link.run(watched.map { ReadRound(watching: $0, of: subjects, layouts: layouts) })
            change { state in
                state.layouts.merge(found) { $1 }
                for (subject, result) in zip(watched, results) {
                    if case .success(let answer) = result, let vector = answer.vectors.first {
                        state.desk.saw(vector, of: subject)
                    }
                }
            }
            let isWell = results.contains { if case .success = $0 { true } else { false } }
            Pause.milliseconds(Int64(isWell ? Self.lookMilliseconds : Self.retryMilliseconds))
        }
    }

    private func askLog() {
        var ends: LogEndReader?
        while !isStopped {
            let wanted = state.withLock { $0.desk.wantsLog ? $0.desk.logSubjects : [] }
            guard !wanted.isEmpty else {
                logWork.wait()
                continue
            }
            let topics = Set(wanted.flatMap { subjects[$0].plan.topics.map(\.name) }).sorted()
            let askedAt = Self.now
            do {
                var reader = try ends.take() ?? LogEndReader(kafka, clientID: clientID)
                let found = try reader.ends(of: topics)
                ends = consume reader
                change { $0.desk.logAnswered(found, askedAt: askedAt, now: Self.now) }
            } catch {
                state.withLock { $0.desk.logFailed("\(error)") }
                Pause.milliseconds(Int64(Self.retryMilliseconds))
            }
        }
    }

    private func keepTime() {
        while !isStopped {
            let next = state.withLock { $0.desk.nextDeadline }
            if let next {
                let left = next - Self.now
                if left > 0 { _ = timeWork.wait(nanoseconds: left) }
                change { $0.desk.expire(now: Self.now) }
            } else {
                timeWork.wait()
            }
        }
    }
}
