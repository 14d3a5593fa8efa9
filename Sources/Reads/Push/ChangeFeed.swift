/// Who is told of which rows, and what is to be read for them. It decides; ``ChangeHub`` does.
///
/// A reader is told states, not changes: when one of its rows was named, all of them are read again. What is named while they
/// are being read is read once more afterwards, so that the last state always comes.
struct ChangeFeed: Sendable {
    enum Event: String, Sendable, Equatable {
        /// The rows as they are when the reader begins, or after a reset.
        case snapshot
        /// The rows after a change.
        case rows
        /// The reader may have missed something; a snapshot follows.
        case reset
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
    }

    private struct Reader: Sendable {
        let subjects: [Int]
        let keys: [Int: Set<[UInt8]>]
        /// What it was told last when it came; nil: nothing.
        var resume: [StreamPosition]?
        var isStarted = false
        var isReading = false
        var isDirty = false
        var needsReset = false
        var needsSnapshot = true
    }

    private var readers: [Int: Reader] = [:]
    /// For each projection who is to be told of a key.
    private var byKey: [Int: [[UInt8]: Set<Int>]] = [:]
    private(set) var positions: [Int: StreamPosition] = [:]

    var count: Int { readers.count }
    /// The projections that somebody is told of.
    var subjects: [Int] { Set(readers.values.flatMap(\.subjects)).sorted() }

    /// Adds a reader of these keys of each projection. `resume` is what it was told last.
    mutating func add(_ id: Int, _ keys: [Int: Set<[UInt8]>], resume: [StreamPosition]?) {
        let subjects = keys.keys.sorted()
        readers[id] = Reader(subjects: subjects, keys: keys, resume: resume)
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
        for subject in reader.subjects where !watched.contains(subject) { positions[subject] = nil }
    }

    /// Positions from which readers want to go on, which must be looked for in the stream.
    var resuming: [(id: Int, subject: Int, position: StreamPosition)] {
        readers.filter { !$0.value.isStarted }.sorted { $0.key < $1.key }.flatMap { id, reader in
            zip(reader.subjects, reader.resume ?? []).map { (id: id, subject: $0, position: $1) }
        }
    }

    /// A projection was looked at.
    mutating func take(_ finding: ChangePoll.Finding, of subject: Int) {
        positions[subject] = StreamPosition(generation: finding.generation, entry: finding.entry)
        if finding.isGap {
            for (id, reader) in readers where reader.isStarted && reader.subjects.contains(subject) {
                readers[id]?.needsReset = true
                readers[id]?.isDirty = true
            }
            return
        }
        guard let named = byKey[subject] else { return }
        for key in finding.keys { for id in named[key] ?? [] { readers[id]?.isDirty = true } }
    }

    /// Readers begin once all their projections were looked at. `missing` are those whose position is not in a stream any more;
    /// of those in `except` that is not known yet.
    mutating func start(missing: Set<Int>, except: Set<Int> = []) {
        for (id, reader) in readers where !reader.isStarted && !except.contains(id) {
            guard reader.subjects.allSatisfy({ positions[$0] != nil }) else { continue }
            var next = reader
            next.isStarted = true
            next.isDirty = true
            if let resume = reader.resume {
                let isComplete = resume.count == reader.subjects.count && !missing.contains(id)
                next.needsReset = !isComplete
                next.needsSnapshot = !isComplete
            }
            next.resume = nil
            readers[id] = next
        }
    }

    /// Takes what is to be read now.
    mutating func takeWork() -> [Work] {
        var work: [Work] = []
        for (id, reader) in readers.sorted(by: { $0.key < $1.key })
        where reader.isStarted && reader.isDirty && !reader.isReading {
            readers[id]?.isDirty = false
            readers[id]?.isReading = true
            let places = reader.subjects.compactMap { positions[$0] }
            let isWhole = reader.needsSnapshot || reader.needsReset
            work.append(
                Work(
                    id: id, event: isWhole ? .snapshot : .rows, isReset: reader.needsReset,
                    position: StreamPosition.text(of: places)))
            readers[id]?.needsReset = false
            readers[id]?.needsSnapshot = false
        }
        return work
    }

    /// Rows were read and told, or could not be read.
    mutating func finished(_ work: Work, isTold: Bool) {
        readers[work.id]?.isReading = false
        if isTold { return }
        readers[work.id]?.isDirty = true
        if work.isReset { readers[work.id]?.needsReset = true }
        if work.event == .snapshot { readers[work.id]?.needsSnapshot = true }
    }
}
