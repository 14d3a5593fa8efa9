/// Who is told of which rows, and what is to be read for them. It decides; ``ChangeHub`` does.
///
/// A reader is told states, not changes: when one of its rows was named, all of them are read again. What is named while they
/// are being read is read once more afterwards, so that the last state always comes. What fails, a projection's stream or one
/// reader's rows, is tried again after a pause that grows, and holds up no other.
///
/// Times are milliseconds of the monotonic clock.
struct ChangeFeed: Sendable {
    enum Event: String, Sendable, Equatable {
        /// The rows as they are when the reader begins, or after a reset.
        case snapshot
        /// The rows after a change.
        case rows
        /// The reader may have missed something; a snapshot follows.
        case reset
    }

    /// A place in a projection's stream of changes that is to be looked at.
    struct Look: Sendable, Equatable {
        var subject: Int
        /// nil: only where the stream ends.
        var since: StreamPosition?
        /// The reader that wants to go on from there; nil: it is as far as everyone is told.
        var reader: Int?
    }

    /// Rows that are to be read for a reader.
    struct Work: Sendable, Equatable {
        var id: Int
        /// How the rows are to be called.
        var event: Event
        /// Whether a reset goes before them.
        var isReset: Bool
        /// What the rows will include, whatever is read.
        var position: String
        /// The vectors of rows that had been read before.
        var known: [Int: ProjectionVector]
    }

    private struct Reader: Sendable {
        let subjects: [Int]
        let keys: [Int: Set<[UInt8]>]
        /// What it was told last when it came; nil: nothing.
        var resume: [StreamPosition]?
        /// When it was sent something last.
        var toldAt: Int64
        var pause = RetryPause()
        var isStarted = false
        var isReading = false
        var isDirty = false
        var needsReset = false
        var needsSnapshot = true
    }

    /// After so long without a message a comment shows that the connection lives.
    static let commentMilliseconds: Int64 = 15_000

    private var readers: [Int: Reader] = [:]
    /// For each projection who is to be told of a key.
    private var byKey: [Int: [[UInt8]: Set<Int>]] = [:]
    private var positions: [Int: StreamPosition] = [:]
    /// Projections whose stream was not looked at since the connection is another one.
    private var unconfirmed: Set<Int> = []
    /// The newest vectors that rows were read with, since one of them went back.
    private var vectors: [Int: ProjectionVector] = [:]
    /// Of projections whose stream could not be read.
    private var pauses: [Int: RetryPause] = [:]

    var count: Int { readers.count }
    /// The projections that somebody is told of.
    var subjects: [Int] { Set(readers.values.flatMap(\.subjects)).sorted() }

    /// Adds a reader of these keys of each projection. `resume` is what it was told last.
    mutating func add(_ id: Int, _ keys: [Int: Set<[UInt8]>], resume: [StreamPosition]?, now: Int64) {
        let subjects = keys.keys.sorted()
        readers[id] = Reader(subjects: subjects, keys: keys, resume: resume, toldAt: now)
        for (subject, keys) in keys { for key in keys { byKey[subject, default: [:]][key, default: []].insert(id) } }
    }

    mutating func remove(_ id: Int) {
        guard let reader = readers.removeValue(forKey: id) else { return }
        for (subject, keys) in reader.keys {
            for key in keys {
                byKey[subject]?[key]?.remove(id)
                if byKey[subject]?[key]?.isEmpty == true { byKey[subject]?[key] = nil }
            }
        }
        let watched = Set(self.subjects)
        for subject in reader.subjects where !watched.contains(subject) {
            (positions[subject], vectors[subject], pauses[subject]) = (nil, nil, nil)
        }
    }

    // MARK: Streams

    /// Where streams are to be looked at now: how far everyone is told, and where readers that came want to go on.
    func looks(now: Int64) -> [Look] {
        let due = subjects.filter { pauses[$0]?.isOver(at: now) != false }
        let resuming = readers.filter { !$0.value.isStarted }.sorted { $0.key < $1.key }.flatMap { id, reader in
            zip(reader.subjects, reader.resume ?? []).filter { due.contains($0.0) }.map {
                Look(subject: $0, since: $1, reader: id)
            }
        }
        return due.map { Look(subject: $0, since: positions[$0]) } + resuming
    }

    /// Streams are looked at over another connection. Rows may have been read meanwhile from a server that was behind what was
    /// seen before: all are read again, once that server's stream has been looked at.
    mutating func reconnected() { unconfirmed = Set(subjects) }

    /// They were looked at.
    mutating func took(_ looks: [Look], _ outcomes: [ChangePoll.Outcome], now: Int64) {
        var known: [Int: Int] = [:]
        var missing: Set<Int> = []
        for (look, outcome) in zip(looks, outcomes) {
            guard let id = look.reader else {
                take(outcome, of: look.subject, now: now)
                continue
            }
            switch outcome {
            case .failed: continue
            case .noGeneration: missing.insert(id)
            case .found(let finding): if finding.isGap || finding.mayLackRows { missing.insert(id) }
            }
            known[id, default: 0] += 1
        }
        start(known, missing)
    }

    private mutating func take(_ outcome: ChangePoll.Outcome, of subject: Int, now: Int64) {
        guard case .found(let finding) = outcome else {
            if outcome == .failed { pauses[subject, default: RetryPause()].failed(at: now) }
            return
        }
        pauses[subject] = nil
        guard byKey[subject]?.isEmpty == false else { return }
        positions[subject] = StreamPosition(generation: finding.generation, entry: finding.entry)
        let isElsewhere = unconfirmed.remove(subject) != nil
        if finding.isGap || finding.mayLackRows || isElsewhere {
            for (id, reader) in readers where reader.isStarted && reader.subjects.contains(subject) {
                if finding.isGap { readers[id]?.needsReset = true }
                readers[id]?.isDirty = true
            }
            return
        }
        guard let named = byKey[subject] else { return }
        for key in finding.keys { for id in named[key] ?? [] { readers[id]?.isDirty = true } }
    }

    /// Readers begin once all their projections were looked at, those that want to go on at their own places too: `known` says
    /// how many of these were found, and `missing` are the readers of which one is not in its stream any more.
    private mutating func start(_ known: [Int: Int], _ missing: Set<Int>) {
        for (id, reader) in readers where !reader.isStarted {
            guard reader.subjects.allSatisfy({ positions[$0] != nil }) else { continue }
            var next = reader
            next.isStarted = true
            next.isDirty = true
            if let resume = reader.resume {
                let isComplete = resume.count == reader.subjects.count
                if isComplete, known[id] != reader.subjects.count { continue }
                next.needsReset = !isComplete || missing.contains(id)
                next.needsSnapshot = next.needsReset
            }
            next.resume = nil
            readers[id] = next
        }
    }

    // MARK: Rows

    /// Takes what is to be read now.
    mutating func takeWork(now: Int64) -> [Work] {
        var work: [Work] = []
        for (id, reader) in readers.sorted(by: { $0.key < $1.key })
        where reader.isStarted && reader.isDirty && !reader.isReading && reader.pause.isOver(at: now) {
            readers[id]?.isDirty = false
            readers[id]?.isReading = true
            let places = reader.subjects.compactMap { positions[$0] }
            let isWhole = reader.needsSnapshot || reader.needsReset
            work.append(
                Work(
                    id: id, event: isWhole ? .snapshot : .rows, isReset: reader.needsReset,
                    position: StreamPosition.text(of: places),
                    known: vectors.filter { reader.subjects.contains($0.key) }))
            readers[id]?.needsReset = false
            readers[id]?.needsSnapshot = false
        }
        return work
    }

    /// Rows were read; returns how they are to be told. Where they are behind those that were read before, what the reader was
    /// told is void: Redis has gone back or a generation was promoted, and its stream was not looked at since.
    mutating func read(_ work: Work, _ read: [Int: ProjectionVector]) -> Work {
        var told = work
        for (subject, vector) in read {
            let isBack = work.known[subject].map { vector.isBehind($0) } ?? false
            if isBack, work.event == .rows { (told.event, told.isReset) = (.snapshot, true) }
            // What others overtook says nothing new.
            if isBack || vectors[subject].map({ !vector.isBehind($0) }) != false { vectors[subject] = vector }
        }
        return told
    }

    /// Rows were read and told, or could not be read.
    mutating func finished(_ work: Work, isTold: Bool, now: Int64) {
        guard var reader = readers[work.id] else { return }
        reader.isReading = false
        if isTold {
            reader.toldAt = now
            reader.pause.wentWell()
        } else {
            reader.pause.failed(at: now)
            reader.isDirty = true
            if work.isReset { reader.needsReset = true }
            if work.event == .snapshot { reader.needsSnapshot = true }
        }
        readers[work.id] = reader
    }

    /// Readers that were sent nothing for so long that a comment is due.
    func quiet(now: Int64) -> [Int] {
        readers.filter { now - $0.value.toldAt >= Self.commentMilliseconds }.keys.sorted()
    }

    mutating func commented(_ id: Int, now: Int64) { readers[id]?.toldAt = now }
}
