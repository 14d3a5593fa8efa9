/// All requests that are being answered, and what is to be done for them: who is to be read, whom Kafka is to be asked for,
/// which checkpoints are waited for, and who has no more time. It decides; ``ReadService`` does.
///
/// Times are nanoseconds of the monotonic clock.
public struct ReadDesk: Sendable {
    public typealias Judge =
        @Sendable (FreshnessCondition, Freshness.Evidence, LogKnowledge) -> Freshness.Verdict

    private enum Step: Sendable, Equatable {
        /// To be read, or being read.
        case reading
        /// Until Kafka was asked; the shortfall is what is missing until then.
        case awaitingLog(Shortfall)
        case waiting(Shortfall)
    }

    private struct Pending: Sendable {
        let request: ReadRequest
        let arrivedAt: Int64
        var step = Step.reading
        /// Until then it is answered.
        var deadline: Int64
        /// Whether what is read next is the answer, whatever it is.
        var isLast = false
        var answer: ReadAnswer?
        /// When the answer had been read.
        var readAt: Int64 = 0
    }

    private struct Due: Sendable, Comparable {
        var at: Int64
        var id: Int

        static func < (first: Due, second: Due) -> Bool { first.at < second.at }
    }

    /// At most so many requests at the same time.
    public static let most = 4_096
    /// For a reply of Redis to a request that does not wait.
    public static let patience: Int64 = 2_000_000_000
    /// For a reply that is on its way when the time of the one who waits is over.
    static let grace: Int64 = 35_000_000

    private static let step: Int64 = 4_000_000
    private static let coarseStep: Int64 = 256_000_000

    private var pending: [Int: Pending] = [:]
    private var queue: [Int] = []
    private var room = WaitingRoom()
    private var due = Heap<Due>()
    private var logWaiters: Set<Int> = []
    private var finished: [(id: Int, outcome: ReadOutcome)] = []
    private var lastID = 0
    private var isStopped = false
    private(set) var log = LogKnowledge()
    private let judge: Judge

    public init() { self.init(judge: Freshness.judge) }

    /// With another judgement, so that a test can show that the right one is needed.
    package init(judge: @escaping Judge) { self.judge = judge }

    // MARK: What is to be done

    public var count: Int { pending.count }
    /// How many wait for a checkpoint.
    public var waiting: Int { room.count }
    public var hasWork: Bool { !queue.isEmpty }
    /// The projections whose vectors are to be looked at.
    public var watched: Set<Int> { room.subjects }
    /// Whether Kafka is to be asked.
    public var wantsLog: Bool { !logWaiters.isEmpty }
    /// Deadlines that are kept, those of readers who were answered among them.
    var deadlineCount: Int { due.count }
    /// Requests in line to be read, those that were answered meanwhile among them.
    var queueCount: Int { queue.count }
    /// When ``expire(now:)`` has something to do.
    public var nextDeadline: Int64? { due.first?.at }

    /// The projections of those who wait for Kafka.
    public var logSubjects: Set<Int> {
        Set(logWaiters.flatMap { pending[$0]?.request.subjects ?? [] })
    }

    /// Takes requests that are to be read.
    public mutating func takeWork(atMost count: Int) -> [(id: Int, request: ReadRequest)] {
        var work: [(id: Int, request: ReadRequest)] = []
        var taken = 0
        for id in queue where work.count < count {
            taken += 1
            if let found = pending[id], found.step == .reading { work.append((id, found.request)) }
        }
        queue.removeFirst(taken)
        return work
    }

    /// Takes what has become of requests since the last call; each is here exactly once.
    public mutating func takeFinished() -> [(id: Int, outcome: ReadOutcome)] {
        defer { finished.removeAll() }
        return finished
    }

    // MARK: What has happened

    /// A request came; returns its number.
    public mutating func submit(_ request: ReadRequest, now: Int64) -> Int {
        lastID += 1
        guard !isStopped, pending.count < Self.most else {
            finished.append((lastID, .failed(isStopped ? .stopping : .busy)))
            return lastID
        }
        let waits = request.condition.isEmpty ? 0 : request.condition.waitNanoseconds
        // Rounded up, so that many requests have few ends.
        let step = waits > 0 ? Self.step : Self.coarseStep
        let deadline = (now + (waits > 0 ? waits : Self.patience) + step - 1) / step * step
        pending[lastID] = Pending(request: request, arrivedAt: now, deadline: deadline, isLast: waits == 0)
        due.insert(Due(at: deadline, id: lastID))
        queue.append(lastID)
        return lastID
    }

    /// It was read.
    public mutating func read(_ id: Int, _ result: Result<ReadAnswer, ReadFailure>, now: Int64) {
        guard pending[id] != nil else { return }
        switch result {
        case .success(let answer):
            pending[id]?.answer = answer
            pending[id]?.readAt = now
            decide(id, now)
        case .failure(let failure):
            guard case .unavailable(let words) = failure, let found = pending[id] else {
                return finish(id, .failed(failure))
            }
            if found.isLast {
                // Who has rows of before, and takes them, gets them.
                guard found.answer != nil else { return finish(id, .failed(failure)) }
                return finishStale(id, Shortfall(.unread, have: "no reply", want: "a reply from Redis: \(words)"))
            }
            // Who has time waits until Redis replies again.
            pending[id]?.step = .waiting(Self.unread)
            room.waitForChange(id, of: found.request.subjects.first ?? 0, since: nil)
        }
    }

    /// Kafka said where the logs ended when it was asked.
    public mutating func logAnswered(_ ends: [String: [Int64]], askedAt: Int64, now: Int64) {
        log.add(ends, askedAt: askedAt)
        for id in logWaiters.sorted() {
            guard let found = pending[id], case .awaitingLog = found.step else {
                logWaiters.remove(id)
                continue
            }
            // What was asked before it came says nothing about it.
            if found.arrivedAt <= askedAt { decide(id, now) }
        }
    }

    /// Kafka did not say it. Those who wait for it go on waiting.
    public mutating func logFailed(_ words: String) { log.failed(words) }

    /// A projection's live rows have come so far.
    public mutating func saw(_ vector: ProjectionVector, of subject: Int) {
        for id in room.take(vector, of: subject) where pending[id] != nil {
            pending[id]?.step = .reading
            queue.append(id)
        }
    }

    /// Answers those who have no more time.
    public mutating func expire(now: Int64) {
        while let first = due.first, first.at <= now {
            _ = due.popFirst()
            guard let found = pending[first.id], found.deadline == first.at else { continue }
            expire(first.id, found, now)
        }
    }

    /// Takes no more, and ends all.
    public mutating func stop() {
        isStopped = true
        for id in pending.keys.sorted() { finish(id, .failed(.stopping)) }
    }

    // MARK: Deciding

    private static let unread = Shortfall(.unread, have: "nothing", want: "a reply from Redis")

    private mutating func expire(_ id: Int, _ found: Pending, _ now: Int64) {
        let isWaiter = !found.request.condition.isEmpty && found.request.condition.waitNanoseconds > 0
        switch found.step {
        case .reading where found.answer == nil && !isWaiter:
            finish(id, .failed(.unavailable("Redis did not reply within 2 s")))
        case .reading where !found.isLast:
            extend(id, now)
        case .waiting where found.request.condition.allowsStale && !found.isLast:
            // Rows of now, rather than of when the waiting began.
            room.leave(id)
            pending[id]?.step = .reading
            queue.append(id)
            extend(id, now)
        case .reading: finishStale(id, Self.unread)
        case .awaitingLog(let shortfall), .waiting(let shortfall): finishStale(id, shortfall)
        }
    }

    private mutating func extend(_ id: Int, _ now: Int64) {
        pending[id]?.isLast = true
        pending[id]?.deadline = now + Self.grace
        due.insert(Due(at: now + Self.grace, id: id))
    }

    private mutating func decide(_ id: Int, _ now: Int64) {
        guard let found = pending[id], let answer = found.answer else { return }
        logWaiters.remove(id)
        let condition = found.request.condition
        if condition.isEmpty { return finish(id, .answer(answer, nil)) }
        var field: String?
        if let wanted = condition.field, case .row(let row)? = answer.parts.first { field = wanted.found(in: row) }
        let evidence = Freshness.Evidence(
            vectors: answer.vectors, subjects: answer.subjects, parked: answer.parked, field: field,
            arrivedAt: found.arrivedAt, now: now)
        if condition.maxStaleNanoseconds != nil {
            for vector in answer.vectors { log.note(vector, readAt: found.readAt) }
        }
        switch judge(condition, evidence, log) {
        case .fresh: finish(id, .answer(answer, nil))
        case .parked(let place): finish(id, .parked(place, answer.vectors))
        case .askLog(let shortfall):
            if found.isLast { return finishStale(id, shortfall) }
            pending[id]?.step = .awaitingLog(shortfall)
            logWaiters.insert(id)
        case .behind(let goal, let shortfall):
            if found.isLast { return finishStale(id, shortfall) }
            pending[id]?.step = .waiting(shortfall)
            room.wait(id, for: goal)
        case .awaitsChange(let subject, let shortfall):
            if found.isLast { return finishStale(id, shortfall) }
            pending[id]?.step = .waiting(shortfall)
            let seen = zip(answer.subjects, answer.vectors).first { $0.0 == subject }?.1
            room.waitForChange(id, of: subject, since: seen)
        }
    }

    private mutating func finishStale(_ id: Int, _ shortfall: Shortfall) {
        guard let found = pending[id] else { return }
        if found.request.condition.allowsStale, let answer = found.answer {
            finish(id, .answer(answer, shortfall))
        } else {
            finish(id, .stale(shortfall, found.answer?.vectors ?? []))
        }
    }

    private mutating func finish(_ id: Int, _ outcome: ReadOutcome) {
        guard pending.removeValue(forKey: id) != nil else { return }
        room.leave(id)
        logWaiters.remove(id)
        finished.append((id, outcome))
        // Deadlines and turns of those who were answered stay until they come; more of them than of others are removed.
        if due.count > 2 * pending.count + 64 { due.filter { pending[$0.id]?.deadline == $0.at } }
        if queue.count > 2 * pending.count + 64 { queue.removeAll { pending[$0]?.step != .reading } }
    }
}
