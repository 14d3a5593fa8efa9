import Bytes
import struct Lantern.MemoryRows
import Projections

/// One view under test: fold values, look at commands.
struct FoldHarness: ~Copyable {
    var plan: ProjectionPlan
    var fold: Fold
    var changes = Changeset()
    var redis = MemoryRows()
    var offset: Int64 = 0

    init(_ plan: ProjectionPlan, naming: RowNaming = .plain) {
        self.plan = plan
        fold = Fold(plan: plan, naming: naming)
    }

    /// A projection of one view over topic `t`, whose "*" rule makes these changes. Paths: 0 `$.v`, 1 `$.id`, 2 `$.type`,
    /// 3 `$.at`.
    init(
        _ kind: ViewKind, _ changes: [ChangePlan], key: TextTemplate? = nil, member: MemberSource? = nil,
        conditions: [Rule.Condition] = [], time: ValueSource? = nil, ttl: TimeToLive? = nil, keyPath: Int? = nil
    ) {
        let view = ViewPlan(
            name: "view", kind: kind, key: key ?? TextTemplate(parts: [.literal("row")]), topics: [0], member: member,
            timeToLive: ttl,
            rules: [
                EventRules(event: .any, rules: [Rule(conditions: conditions, changes: changes)]),
                EventRules(event: .tombstone, rules: [Rule(changes: [.delete])]),
            ])
        self.init(
            ProjectionPlan(
                name: "p", version: 1, topics: [TopicPlan(name: "t", keyPath: keyPath)], type: .path(2),
                time: time.map { TimeSource($0) },
                paths: ["v", "id", "type", "at"].map { JSONPath(members: [$0]) }, views: [view]))
    }

    mutating func add(
        _ json: String?, key: String? = "k", timestamp: Int64 = 1_000, headers: [(String, String?)] = []
    ) -> ProjectionOutcome {
        let value = json.map { Array($0.utf8) }
        let keyBytes = key.map { Array($0.utf8) }
        let list = HeaderList()
        for (name, text) in headers {
            let text = text.map { Array($0.utf8) }
            if let text {
                list.append(name: Array(name.utf8).span, value: text.span)
            } else {
                list.append(name: Array(name.utf8).span, value: nil)
            }
        }
        var decoded = DecodedValue(pathCount: plan.paths.count)
        if let value { TestDecoder.decode(value, plan, into: &decoded) }
        offset += 1
        let keyStore = keyBytes ?? []
        let valueStore = value ?? []
        var keySpan: Span<UInt8>?
        if keyBytes != nil { keySpan = keyStore.span }
        var valueSpan: Span<UInt8>?
        if value != nil { valueSpan = valueStore.span }
        let event = Event(
            topic: 0, partition: 3, offset: offset, timestamp: timestamp, key: keySpan, value: valueSpan, headers: list)
        return fold.fold(event, decoded: decoded, into: &changes)
    }

    /// The commands as text, and the changeset begun again.
    mutating func commands() -> [String] {
        var buffer = CommandBuffer()
        changes.encode(into: &buffer)
        precondition(buffer.weight == changes.commandCount)
        precondition(buffer.bytes.count <= changes.byteCount)
        changes.removeAll()
        return MemoryRows.parse(buffer.bytes.array).map { $0.map { readableText($0) }.joined(separator: " ") }
    }

    mutating func commit() {
        var buffer = CommandBuffer()
        changes.encode(into: &buffer)
        redis.perform(buffer.bytes.array)
        changes.removeAll()
    }

    /// What one value leads to: its commands, or `bad`.
    mutating func one(_ json: String?, key: String? = "k", timestamp: Int64 = 1_000) -> [String] {
        if case .bad = add(json, key: key, timestamp: timestamp) { return ["bad"] }
        return commands()
    }
}
