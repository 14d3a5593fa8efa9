import Bytes
import Projections
import Records
import Redis

/// One request on its way to Redis: the commands of each round trip, and what their replies mean.
///
/// Usually there is one: a transaction that reads the generation, the checkpoints and the rows of all projections in
/// question. A place in a ranking and a page of keys are looked for before, and when the partitions turn out to be others than
/// expected, or events are parked, the transaction is sent again.
struct ReadRound {
    enum Result {
        /// With other commands.
        case again
        case done(Swift.Result<ReadAnswer, ReadFailure>)
    }

    /// What one part needs to know before it can be read.
    private enum Finding {
        case nothing
        case rank(Int64?)
        case page([[UInt8]], cursor: [UInt8])
    }

    /// More than are ever needed while nothing changes in between.
    private static let mostRounds = 8
    /// For each step of SCAN: slots of the table.
    private static let pageSlots = 500

    let parts: [ReadPart]
    let after: OffsetList
    let subjects: [Int]
    let all: [ReadSubject]
    private(set) var layouts: [Int: TopicLayout]
    private var findings: [Int: Finding] = [:]
    private var looksAtParked = false
    private var rounds = 0

    /// `layouts` are those of an earlier request, if there was one.
    init(_ request: ReadRequest, of all: [ReadSubject], layouts: [Int: TopicLayout]) {
        self.init(request.parts, request.condition.after, request.subjects, of: all, layouts: layouts)
    }

    /// Only the vector of a projection.
    init(watching subject: Int, of all: [ReadSubject], layouts: [Int: TopicLayout]) {
        self.init([], OffsetList(), [subject], of: all, layouts: layouts)
    }

    private init(
        _ parts: [ReadPart], _ after: OffsetList, _ subjects: [Int], of all: [ReadSubject],
        layouts: [Int: TopicLayout]
    ) {
        self.parts = parts
        self.after = after
        self.subjects = subjects
        self.all = all
        self.layouts = layouts
        for subject in subjects where layouts[subject] == nil {
            let plan = all[subject].plan
            self.layouts[subject] = TopicLayout(
                KeySpace(projection: plan.name),
                topics: plan.topics.map { TopicLayout.Topic(name: $0.name, count: 0) })
        }
    }

    // MARK: Commands

    /// The parts that something must be looked up for first.
    private var unprepared: [Int] {
        parts.indices.filter { index in
            if findings[index] != nil { return false }
            return switch parts[index].question {
            case .around, .page: true
            default: false
            }
        }
    }

    /// Appends the next round's commands; each of them gets one reply.
    mutating func append(to commands: inout CommandBuffer) {
        rounds += 1
        let unprepared = unprepared
        guard unprepared.isEmpty else {
            for index in unprepared { appendPreparation(of: parts[index], to: &commands) }
            return
        }
        commands.command("MULTI")
        for subject in subjects {
            commands.command("SELECT", "\(all[subject].database)")
            appendVector(of: subject, to: &commands)
            for index in parts.indices where parts[index].subject == subject {
                append(parts[index], findings[index] ?? .nothing, to: &commands)
            }
        }
        commands.command("EXEC")
    }

    private func appendPreparation(of part: ReadPart, to commands: inout CommandBuffer) {
        commands.command("SELECT", "\(all[part.subject].database)")
        switch part.question {
        case .around(let key, let member, _):
            commands.begin(3)
            commands.argument("ZREVRANK")
            commands.argument(key)
            commands.argument(member)
        case .page(let cursor):
            commands.begin(6)
            commands.argument("SCAN")
            commands.argument(cursor)
            commands.argument("MATCH")
            commands.argument(KeyPattern(part.view).scanPattern)
            commands.argument("COUNT")
            commands.argument(Int64(Self.pageSlots))
        default: commands.command("PING")
        }
    }

    private func appendVector(of subject: Int, to commands: inout CommandBuffer) {
        guard let layout = layouts[subject] else { return }
        commands.append(layout.vector)
        guard !parts.isEmpty else { return }
        if looksAtParked {
            let keys = KeySpace(projection: all[subject].plan.name)
            for place in layout.places {
                commands.command("ZRANGE", keys.parkedIndex(place.topic, place.partition), "0", "-1")
            }
        } else {
            commands.append(layout.parking)
        }
    }

    private func append(_ part: ReadPart, _ finding: Finding, to commands: inout CommandBuffer) {
        let kind = part.view.kind
        switch part.question {
        case .row(let key, let limit): StoredRow.append(key, kind: kind, limit: limit, to: &commands)
        case .rows(let keys):
            for key in keys { StoredRow.append(key, kind: kind, limit: Self.members, to: &commands) }
        case .ranking(let key, let fromTop, let count):
            commands.begin(2)
            commands.argument("ZCARD")
            commands.argument(key)
            Self.range(fromTop ? "ZREVRANGE" : "ZRANGE", key, 0, Int64(count) - 1, to: &commands)
        case .around(let key, let member, let count):
            commands.begin(3)
            commands.argument("ZREVRANK")
            commands.argument(key)
            commands.argument(member)
            // Where it was not before, the transaction decides whether it is there.
            guard case .rank(let rank?) = finding else { return }
            commands.begin(2)
            commands.argument("ZCARD")
            commands.argument(key)
            // More on either side, since the member may have moved since.
            let reach = Int64(count + Self.slack)
            Self.range("ZREVRANGE", key, max(0, rank - reach), rank + reach, to: &commands)
        case .buckets(let buckets):
            for bucket in buckets { StoredRow.append(bucket.key, kind: kind, limit: 0, to: &commands) }
        case .page:
            guard case .page(let keys, _) = finding else { return }
            for key in keys { StoredRow.append(key, kind: kind, limit: Self.members, to: &commands) }
        }
    }

    /// So many members of each of several rows.
    static let members = 100
    static let slack = 20

    private static func range(
        _ name: StaticString, _ key: [UInt8], _ first: Int64, _ last: Int64, to commands: inout CommandBuffer
    ) {
        commands.begin(5)
        commands.argument(name)
        commands.argument(key)
        commands.argument(first)
        commands.argument(last)
        commands.argument("WITHSCORES")
    }

    // MARK: Replies

    /// The replies to what was appended last.
    mutating func take(_ replies: ArraySlice<RedisValue>) -> Result {
        if rounds > Self.mostRounds {
            return .done(.failure(.unavailable("the rows changed while they were read, \(rounds) times")))
        }
        do throws(ReadFailure) {
            let unprepared = unprepared
            if !unprepared.isEmpty {
                try takePreparation(of: unprepared, Array(replies))
                return .again
            }
            return try takeTransaction(try Self.elements(of: replies))
        } catch {
            return .done(.failure(error))
        }
    }

    private mutating func takePreparation(of indices: [Int], _ replies: [RedisValue]) throws(ReadFailure) {
        for (place, index) in indices.enumerated() {
            for reply in replies[(2 * place)...(2 * place + 1)] {
                if case .error(let text) = reply { throw Self.refusal(text) }
            }
            let reply = replies[2 * place + 1]
            switch parts[index].question {
            case .around: findings[index] = .rank(reply.integer)
            case .page:
                let pattern = KeyPattern(parts[index].view)
                let keys = (reply.elements?.last?.elements ?? []).compactMap(\.bytes)
                let own = Set(keys.filter { pattern.parse($0.span) != nil })
                findings[index] = .page(
                    own.sorted { $0.lexicographicallyPrecedes($1) },
                    cursor: reply.elements?.first?.bytes ?? RedisConnection.scanStart)
            default: findings[index] = .nothing
            }
        }
    }

    /// What EXEC returned; the reason, if it did not.
    private static func elements(of replies: ArraySlice<RedisValue>) throws(ReadFailure) -> [RedisValue] {
        if let elements = replies.last?.elements { return elements }
        for reply in replies {
            if case .error(let text) = reply { throw refusal(text) }
        }
        throw .unavailable("Redis returned no array for EXEC")
    }

    static func refusal(_ text: [UInt8]) -> ReadFailure {
        let error = RedisError.reply(text, to: "reading rows")
        return error.handling == .stop ? .refused(error.message) : .unavailable(error.message)
    }

    private mutating func takeTransaction(_ elements: [RedisValue]) throws(ReadFailure) -> Result {
        var rest = elements[...]
        var answer = ReadAnswer(
            subjects: subjects, vectors: [], parts: Array(repeating: .noMember, count: parts.count),
            degraded: Array(repeating: false, count: parts.count), parked: [])
        var isAgain = false
        for subject in subjects {
            let (record, layout, checkpoints, parked) = try takeVector(of: subject, &rest)
            if let layout {
                layouts[subject] = layout
                isAgain = true
            }
            guard !isAgain else {
                // The rows of this round are of no use; their replies are passed over.
                for index in parts.indices where parts[index].subject == subject { _ = try take(index, &rest) }
                continue
            }
            guard let known = layouts[subject] else { throw .unavailable("no partitions are known") }
            let vector = ProjectionVector(all[subject].plan.name, record, known, checkpoints)
            switch parked {
            case .unknown: break
            case .some: isAgain = true
            case .keys(let keys, let places):
                note(keys, places, of: subject, in: &answer)
            }
            answer.vectors.append(vector)
            for index in parts.indices where parts[index].subject == subject {
                guard let part = try take(index, &rest) else {
                    isAgain = true
                    continue
                }
                answer.parts[index] = part
            }
        }
        return isAgain ? .again : .done(.success(answer))
    }

    private enum Parked {
        /// Nobody asked, or none are.
        case unknown
        /// Which ones must be looked at.
        case some
        case keys(Set<[UInt8]>, Set<OffsetList.Place>)
    }

    private mutating func takeVector(
        of subject: Int, _ rest: inout ArraySlice<RedisValue>
    ) throws(ReadFailure) -> (GenerationRecord, TopicLayout?, [[UInt8]?], Parked) {
        let plan = all[subject].plan
        guard let layout = layouts[subject] else { throw .unavailable("no partitions are known") }
        // Without its database nothing that follows is of this projection.
        if case .error(let text)? = rest.popFirst() { throw Self.refusal(text) }
        let generation = rest.popFirst() ?? .null
        let counts = rest.popFirst()?.elements ?? []
        var checkpoints: [[UInt8]?] = []
        var parked = Parked.unknown
        if !layout.places.isEmpty {
            checkpoints = (rest.popFirst()?.elements ?? []).map(\.bytes)
            if !parts.isEmpty { parked = takeParked(layout, &rest) }
        }
        guard let bytes = generation.bytes else {
            throw .notServed("projection \(plan.name) has no live generation yet: start a worker for it")
        }
        guard let record = GenerationRecord(bytes: bytes), record.state != .dropping else {
            throw .notServed("the live generation of projection \(plan.name) is being removed")
        }
        var now: [TopicLayout.Topic] = []
        for (topic, count) in zip(layout.topics, counts) {
            guard let number = count.text.flatMap({ Int($0) }), number > 0 else {
                throw .notServed(
                    "the live generation of projection \(plan.name) does not read topic \(topic.name): it was built by another definition, see `lantern status`"
                )
            }
            now.append(TopicLayout.Topic(name: topic.name, count: number))
        }
        let isSame = now == layout.topics
        return (
            record, isSame ? nil : TopicLayout(KeySpace(projection: plan.name), topics: now), checkpoints, parked
        )
    }

    private mutating func takeParked(_ layout: TopicLayout, _ rest: inout ArraySlice<RedisValue>) -> Parked {
        guard looksAtParked else {
            guard let count = rest.popFirst()?.integer, count > 0 else { return .unknown }
            looksAtParked = true
            return .some
        }
        var keys: Set<[UInt8]> = []
        var places: Set<OffsetList.Place> = []
        for place in layout.places {
            for member in rest.popFirst()?.elements ?? [] {
                guard let found = ParkedRecord.place(inIndex: member.bytes) else { continue }
                if let key = found.key { keys.insert(key) }
                places.insert(
                    OffsetList.Place(topic: place.topic, partition: place.partition, offset: found.offset))
            }
        }
        return .keys(keys, places)
    }

    /// Which rows wait behind parked events, and which events of the condition do.
    private func note(
        _ keys: Set<[UInt8]>, _ places: Set<OffsetList.Place>, of subject: Int, in answer: inout ReadAnswer
    ) {
        answer.parked.formUnion(after.places.filter { places.contains($0) })
        for index in parts.indices where parts[index].subject == subject {
            guard let owner = RowOwner(parts[index].view, in: all[subject].plan) else { continue }
            answer.degraded[index] = rowKeys(index).contains { key in
                owner.messageKey(of: key).map { keys.contains($0) } ?? false
            }
        }
    }

    /// Where the member was when it was looked for; nil if there was none.
    func rank(_ index: Int) -> Int64? { if case .rank(let rank)? = findings[index] { rank } else { nil } }

    mutating func moved(_ index: Int, to rank: Int64) { findings[index] = .rank(rank) }

    func page(_ index: Int) -> (keys: [[UInt8]], cursor: [UInt8])? {
        if case .page(let keys, let cursor)? = findings[index] { (keys, cursor) } else { nil }
    }

    private func rowKeys(_ index: Int) -> [[UInt8]] {
        switch parts[index].question {
        case .row(let key, _), .ranking(let key, _, _), .around(let key, _, _): return [key]
        case .rows(let keys): return keys
        case .buckets(let buckets): return buckets.map(\.key)
        case .page: return page(index)?.keys ?? []
        }
    }
}
