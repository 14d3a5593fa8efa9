import Bytes
import Projections
import Redis
import Records
import Synchronization
public import System

/// Tells readers of rows that change: one thread looks at the streams of changes, whoever listens, and rows are read by the
/// ``ReadService``.
public final class ChangeHub: Sendable {
    /// What a reader is sent.
    public struct Message: Sendable {
        public enum Kind: String, Sendable { case snapshot, rows, reset, comment }

        public var kind: Kind
        /// What to name when asking again.
        public var position: String
        /// nil for reset and comment.
        public var answer: ReadAnswer?

        public init(kind: Kind, position: String, answer: ReadAnswer?) {
            self.kind = kind
            self.position = position
            self.answer = answer
        }
    }

    /// Returns whether the reader took it; one that did not is forgotten.
    public typealias Telling = @Sendable (Message) -> Bool

    private struct Listener: Sendable {
        var request: ReadRequest
        var tell: Telling
        var end: @Sendable () -> Void
    }

    private struct State {
        var feed = ChangeFeed()
        var listeners: [Int: Listener] = [:]
        var lastID = 0
        var isStopped = false
    }

    private static let lookMilliseconds: Int64 = 4
    /// Where every stream waits to be tried again.
    private static let idleMilliseconds: Int64 = 20

    private let service: ReadService
    private let state = Mutex(State())
    private let work = Bell()

    public init(_ service: ReadService) { self.service = service }

    /// Starts its thread.
    public func start() throws(SystemError) {
        try DetachedThread.start { [self] in look() }
    }

    /// Ends all readers; its thread ends by itself.
    public func stop() {
        let listeners = state.withLock { state in
            defer { state.listeners.removeAll() }
            state.isStopped = true
            state.feed = ChangeFeed()
            return state.listeners.values.map(\.end)
        }
        for end in listeners { end() }
        work.ring()
    }

    public var count: Int { state.withLock { $0.feed.count } }

    /// Whether a reader can be told of everything that it asks for; the first projection of which it cannot.
    public func silentProjection(_ request: ReadRequest) -> String? {
        request.subjects.map { service.subjects[$0].plan }.first { !$0.announcesChanges }?.name
    }

    /// Tells `tell` the rows of the request now and whenever one changes, until it returns false or is removed. `resume` is the
    /// position of the last message that the reader had; `end` is called if the hub stops before. Returns its number; nil if
    /// the hub has stopped.
    public func add(
        _ request: ReadRequest, resume: String?, end: @escaping @Sendable () -> Void, _ tell: @escaping Telling
    ) -> Int? {
        var keys: [Int: Set<[UInt8]>] = [:]
        for part in request.parts { keys[part.subject, default: []].formUnion(part.question.keys) }
        let id: Int? = state.withLock { state in
            guard !state.isStopped else { return nil }
            state.lastID += 1
            // What is no position is as one that is gone.
            state.feed.add(
                state.lastID, keys, resume: resume.map { StreamPosition.list($0) ?? [] }, now: Clock.milliseconds())
            state.listeners[state.lastID] = Listener(request: request, tell: tell, end: end)
            return state.lastID
        }
        work.ring()
        return id
    }

    public func remove(_ id: Int) {
        state.withLock { state in
            state.feed.remove(id)
            state.listeners[id] = nil
        }
    }

    // MARK: Its thread

    private func look() {
        var link = ChangeLink(service.subjects, service.servers)
        var openings = 1
        while true {
            let (looks, count, isStopped) = state.withLock { state in
                (state.feed.looks(now: Clock.milliseconds()), state.feed.count, state.isStopped)
            }
            if isStopped { return }
            guard count > 0 else {
                work.wait()
                continue
            }
            if !looks.isEmpty {
                let outcomes = link.look(looks)
                let isElsewhere = link.openings > openings
                openings = max(openings, link.openings)
                state.withLock { state in
                    if isElsewhere { state.feed.reconnected() }
                    state.feed.took(looks, outcomes, now: Clock.milliseconds())
                }
            }
            read()
            comment()
            Pause.milliseconds(looks.isEmpty ? Self.idleMilliseconds : Self.lookMilliseconds)
        }
    }

    private func read() {
        let jobs = state.withLock { state in
            state.feed.takeWork(now: Clock.milliseconds()).compactMap { work in
                state.listeners[work.id].map { (work, $0) }
            }
        }
        for (work, listener) in jobs {
            service.submit(listener.request) { [self] outcome in
                let isTold = told(work, listener, outcome)
                state.withLock { $0.feed.finished(work, isTold: isTold, now: Clock.milliseconds()) }
            }
        }
    }

    /// Whether the reader has the rows; one that takes nothing more is forgotten.
    private func told(_ work: ChangeFeed.Work, _ listener: Listener, _ outcome: ReadOutcome) -> Bool {
        guard case .answer(let answer, _) = outcome else { return false }
        let read = Dictionary(zip(answer.subjects, answer.vectors)) { first, _ in first }
        let work = state.withLock { $0.feed.read(work, read) }
        var messages: [Message] = []
        if work.isReset { messages.append(Message(kind: .reset, position: work.position, answer: nil)) }
        messages.append(
            Message(kind: work.event == .snapshot ? .snapshot : .rows, position: work.position, answer: answer))
        for message in messages where !listener.tell(message) {
            remove(work.id)
            return true
        }
        return true
    }

    private func comment() {
        let now = Clock.milliseconds()
        let quiet = state.withLock { state in
            state.feed.quiet(now: now).compactMap { id in state.listeners[id].map { (id, $0) } }
        }
        for (id, listener) in quiet {
            if listener.tell(Message(kind: .comment, position: "", answer: nil)) {
                state.withLock { $0.feed.commented(id, now: now) }
            } else {
                remove(id)
            }
        }
    }
}

extension RowQuestion {
    /// The Redis keys that it reads.
    var keys: [[UInt8]] {
        switch self {
        case .row(let key, _), .ranking(let key, _, _), .around(let key, _, _): [key]
        case .rows(let keys): keys
        case .buckets(let buckets): buckets.map(\.key)
        case .page: []
        }
    }
}
