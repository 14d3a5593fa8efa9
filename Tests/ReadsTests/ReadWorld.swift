import Bytes
import Projections
import Records
import Redis
import Seeded

@testable import Reads

/// Logs, a worker and a Redis that lose, park, promote and take back, and readers who ask for freshness, all in random order.
/// What it knows of the past decides whether an answer keeps what its request was promised.
struct ReadWorld {
    struct Promise {
        var request: ReadRequest
        var arrivedAt: Int64
        /// The logs' ends when it came.
        var ends: [Int64]
    }

    /// What one look at Redis saw; it reaches the desk later.
    private struct Look {
        var id: Int
        var answer: ReadAnswer
        var isLost: Bool
    }

    static let partitions = 3
    static let millisecond: Int64 = 1_000_000

    private(set) var violations: [String] = []
    private(set) var answered = 0
    private(set) var stale = 0
    private(set) var parkedAnswers = 0
    /// Failed because the only reply was lost.
    private(set) var lost = 0

    private var random: SplitMix64
    private var desk: ReadDesk
    private var now: Int64 = 1_000_000_000_000
    private var ends = [Int64](repeating: 0, count: partitions)
    /// Every end with the time from which on it was one.
    private var history: [(at: Int64, ends: [Int64])] = []
    private var next = [Int64](repeating: 0, count: partitions)
    private var parked: Set<OffsetList.Place> = []
    private var generation = 1
    private var version: Int64 = 0
    private var looks: [Look] = []
    private var watches: [ProjectionVector] = []
    private var asks: [(at: Int64, ends: [Int64]?)] = []
    private var promises: [Int: Promise] = [:]

    init(seed: UInt64, _ desk: ReadDesk = ReadDesk()) {
        random = SplitMix64(seed: seed)
        self.desk = desk
    }

    private static let view = ViewPlan(name: "v", kind: .hash, key: TextTemplate(parts: [.literal("v")]), topics: [0])

    private var vector: ProjectionVector {
        ProjectionVector(
            projection: "p", generation: generation, identifier: "\(generation)",
            topics: [.init(name: "t", partitions: next.map { .init(next: $0) })])
    }

    /// So many random steps, and then time for everyone.
    mutating func run(steps: Int) {
        history.append((now, ends))
        for _ in 0..<steps {
            step()
            settle()
        }
        for _ in 0..<400 {
            now += 5 * Self.millisecond
            for partition in 0..<Self.partitions { next[partition] = ends[partition] }
            read()
            watch()
            ask()
            deliver(all: true)
            desk.expire(now: now)
            settle()
        }
        if !promises.isEmpty { violations.append("\(promises.count) requests were never answered") }
        if desk.count > 0 || desk.waiting > 0 { violations.append("the desk is not empty") }
    }

    private mutating func step() {
        now += Int64(random.below(Int(Self.millisecond)))
        switch random.below(16) {
        case 0...2: produce()
        case 3...4: project()
        case 5: rewind()
        case 6: promote()
        case 7...8: submit()
        case 9...10: read()
        case 11: watch()
        case 12: ask()
        case 13: now += Int64(random.below(20)) * Self.millisecond
        case 14: deliver(all: false)
        default: desk.expire(now: now)
        }
    }

    private mutating func produce() {
        ends[random.below(Self.partitions)] += Int64(1 + random.below(3))
        history.append((now, ends))
    }

    private mutating func project() {
        let partition = random.below(Self.partitions)
        for _ in 0..<(1 + random.below(8)) where next[partition] < ends[partition] {
            let place = OffsetList.Place(topic: "t", partition: Int32(partition), offset: next[partition])
            if random.chance(10) { parked.insert(place) } else { parked.remove(place) }
            next[partition] += 1
            version += 1
        }
    }

    /// Redis lost what was acknowledged, and a worker projects it again.
    private mutating func rewind() {
        let partition = random.below(Self.partitions)
        next[partition] -= min(next[partition], Int64(random.below(4)))
        parked = parked.filter { $0.partition != Int32(partition) || $0.offset < next[partition] }
    }

    private mutating func promote() { generation = max(1, generation + (random.chance(60) ? 1 : -1)) }

    private mutating func submit() {
        var condition = FreshnessCondition()
        let partition = Int32(random.below(Self.partitions))
        let end = ends[Int(partition)]
        switch random.below(6) {
        case 0: condition.maxStaleNanoseconds = 0
        case 1: condition.maxStaleNanoseconds = Int64(1 + random.below(50)) * Self.millisecond
        case 2: condition.field = FieldCondition("version>=\(version + Int64(random.below(4)))")
        case 3: condition.generations = [.init(projection: "p", number: generation + random.below(2))]
        case 4:
            condition.seen = [
                .init(
                    projection: nil, offsets: OffsetList([.init(topic: "t", partition: partition, offset: end)]))
            ]
        default:
            condition.after = OffsetList([
                .init(topic: "t", partition: partition, offset: max(0, end - 1 + Int64(random.below(2))))
            ])
        }
        condition.waitNanoseconds = random.chance(20) ? 0 : Int64(random.below(200)) * Self.millisecond
        condition.allowsStale = random.chance(20)
        let request = ReadRequest(
            [ReadPart(name: "v", subject: 0, view: Self.view, question: .row([0x76], limit: 1))], condition)
        let id = desk.submit(request, now: now)
        promises[id] = Promise(request: request, arrivedAt: now, ends: ends)
    }

    private mutating func read() {
        for (id, request) in desk.takeWork(atMost: 1 + random.below(4)) {
            let row = StoredRow(
                key: [0x76], content: .fields([.init(Array("version".utf8), Array("\(version)".utf8))]))
            let answer = ReadAnswer(
                subjects: [0], vectors: [vector], parts: [.row(row)], degraded: [false],
                parked: parked.intersection(request.condition.after.places))
            looks.append(Look(id: id, answer: answer, isLost: random.chance(5)))
        }
    }

    private mutating func watch() { if !desk.watched.isEmpty { watches.append(vector) } }

    private mutating func ask() {
        guard desk.wantsLog, asks.isEmpty else { return }
        asks.append((now, nil))
    }

    /// What was seen reaches the desk, in any order.
    private mutating func deliver(all: Bool) {
        repeat {
            if !looks.isEmpty {
                let look = looks.remove(at: random.below(looks.count))
                desk.read(look.id, look.isLost ? .failure(.unavailable("lost")) : .success(look.answer), now: now)
            }
            if !watches.isEmpty { desk.saw(watches.removeFirst(), of: 0) }
            if let ask = asks.first {
                if let found = ask.ends {
                    asks.removeFirst()
                    desk.logAnswered(["t": found], askedAt: ask.at, now: now)
                } else if random.chance(10) {
                    asks.removeFirst()
                    desk.logFailed("away")
                } else {
                    asks[0].ends = ends
                }
            }
        } while all && !(looks.isEmpty && watches.isEmpty && asks.isEmpty)
    }

    private mutating func settle() {
        for (id, outcome) in desk.takeFinished() {
            guard let promise = promises.removeValue(forKey: id) else {
                violations.append("request \(id) was answered twice")
                continue
            }
            check(promise, outcome)
        }
    }

    // MARK: Judging

    private mutating func check(_ promise: Promise, _ outcome: ReadOutcome) {
        let condition = promise.request.condition
        switch outcome {
        case .answer(let answer, nil):
            answered += 1
            if let broken = broken(condition, promise, answer) { violations.append(broken) }
        case .answer(_, .some):
            if !condition.allowsStale { violations.append("stale rows for a reader who takes none") }
        case .stale:
            stale += 1
        // The desk is asked for the time at every few steps, so it may be late by a few of these.
        case .parked(let place, let vectors):
            parkedAnswers += 1
            if (vectors.first?.next("t", place.partition) ?? 0) <= place.offset {
                violations.append("parked at \(place), which was not reached")
            }
        case .failed(let failure):
            // Without rows there is nothing else to say.
            if case .unavailable = failure { lost += 1 } else { violations.append("failed: \(failure)") }
        }
    }

    /// What an answer lacks of what was promised; the desk's own judgement has no part in it.
    private func broken(_ condition: FreshnessCondition, _ promise: Promise, _ answer: ReadAnswer) -> String? {
        let have = answer.vectors[0].topics[0].partitions.map { $0.next ?? 0 }
        for place in condition.after.places {
            if have[Int(place.partition)] <= place.offset { return "\(have) lacks event \(place)" }
            if answer.parked.contains(place) { return "\(place) is parked" }
        }
        for place in condition.seen.flatMap(\.offsets.places) where have[Int(place.partition)] < place.offset {
            return "\(have) is before \(place)"
        }
        if let wanted = condition.generations.first, answer.vectors[0].generation < wanted.number {
            return "generation \(answer.vectors[0].generation) of \(wanted.number)"
        }
        if let span = condition.maxStaleNanoseconds {
            let bound = span == 0 ? promise.arrivedAt : now - span
            let then = span == 0 ? promise.ends : history.last { $0.at <= bound }?.ends ?? []
            if zip(have, then).contains(where: { $0 < $1 }) { return "\(have) lacks what was at \(then)" }
        }
        if let field = condition.field, case .row(let row)? = answer.parts.first,
            !field.holds(for: field.found(in: row))
        {
            return "the row is not \(field.text)"
        }
        return nil
    }
}
