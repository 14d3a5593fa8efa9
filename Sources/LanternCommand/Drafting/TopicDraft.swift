import Bytes
import Projections

/// The projection that is proposed for one topic.
struct TopicDraft {
    /// The projection's name; nil if nothing can be proposed.
    private(set) var name: String?
    /// What is said above it.
    private(set) var remarks: [String] = []
    /// Its lines below the name, without indentation.
    private(set) var lines: [String] = []

    /// Where an event says what it is, if types have rules of their own.
    var type: TopicTraits.Source? { topic.isCompacted == true || traits.keyColumns != nil ? nil : traits.type }

    private let topic: SampledTopic
    private let facts: TopicFacts
    private let traits: TopicTraits
    private let groups: TypeGroups?
    /// What its views and keys are named for.
    private let word: String
    private var viewCount = 0

    /// So many types have rules of their own.
    private static let typeLimit = 30

    /// - names: what other topics' projections and keys are called already.
    init(_ topic: SampledTopic, names: inout Set<String>) {
        self.topic = topic
        facts = TopicFacts(topic.events)
        traits = TopicTraits(facts)
        let whole = DraftText.slug(topic.name)
        let short = DraftText.slug(topic.name.split(separator: ".").last.map(String.init) ?? topic.name)
        var word = short
        if word.hasPrefix("lantern") { word = "topic-\(word)" }
        var number = 2
        while !names.isDisjoint(with: [word, DraftText.singular(word)]) {
            word = word == whole ? "\(whole)-\(number)" : whole
            number += 1
        }
        names.formUnion([word, DraftText.singular(word), "\(word)-per-minute"])
        self.word = word
        groups = traits.type.map { TypeGroups(topic.events, type: $0) }
        remark()
        guard facts.objects + facts.otherJSON > 0 || (facts.tombstones > 0 && facts.tombstones < facts.count) else {
            return
        }
        draft()
        name = viewCount > 0 ? word : nil
    }

    /// What the events are, and what is odd about them.
    private mutating func remark() {
        let total = facts.count
        func share(_ count: Int) -> String {
            "\(DraftText.count(count)) of \(DraftText.counted(total, "sampled event"))"
        }
        if total == 0 { remarks.append("The topic has no events: nothing can be proposed for it.") }
        switch traits.envelope {
        case .none: break
        case .debezium(let hasSchema):
            remarks.append("Debezium's change events: the row is under `after`, and `op` says what happened.")
            if hasSchema { remarks.append(Self.connectRemark) }
        case .connect: remarks.append(Self.connectRemark)
        case .cloudEvents: remarks.append("CloudEvents in JSON: type, time and data are where they say.")
        case .cloudEventsInHeaders: remarks.append("CloudEvents with their attributes in headers (`ce_type`).")
        }
        if facts.frames > 0 {
            let schemas = facts.schemas.sorted().prefix(5).map { "\($0)" }.joined(separator: ", ")
            remarks.append(
                "\(share(facts.frames)) begin with the frame of a schema registry (schema \(schemas)): Avro, Protobuf or JSON behind five bytes. They are parked unless the topic has `encoding: avro` or `encoding: protobuf`."
            )
        }
        if facts.notJSON > 0 {
            remarks.append("\(share(facts.notJSON)) are not JSON (\(facts.notJSONReason ?? "")): they are parked.")
        }
        if facts.otherJSON > 0, facts.objects > 0 {
            remarks.append("\(share(facts.otherJSON)) are JSON, but not objects.")
        }
        if facts.keyless > 0, facts.keyless < total { remarks.append("\(share(facts.keyless)) have no key.") }
        if facts.emptyKeys > 0 { remarks.append("\(share(facts.emptyKeys)) have an empty key.") }
    }

    private static let connectRemark =
        "Kafka Connect's {schema, payload}: `value.converter.schemas.enable=false` makes them several times smaller."

    // MARK: - The projection

    private mutating func draft() {
        let isCompacted = topic.isCompacted == true
        lines.append("version: 1")
        lines.append("topics:")
        if let columns = traits.keyColumns { return draftRows(columns, isCompacted: isCompacted) }
        let of = "\(DraftText.count(facts.objects)) of \(DraftText.count(facts.objects)) values"
        if isCompacted {
            let key = traits.keyPath.map { ", key: $.\($0)" } ?? ""
            lines.append("  \(topic.name): { compacted: true\(key) }  # the broker's cleanup.policy says so")
        } else if let path = traits.keyPath {
            lines.append("  \(topic.name): { key: $.\(path) }  # the record key, in \(of)")
        } else {
            lines.append("  \(topic.name): {}")
        }
        if let type = traits.type, !isCompacted, let groups {
            let shown = groups.all.prefix(8).map { "\($0.type) \(DraftText.count($0.events.count))" }
            let rest = groups.all.count > 8 ? " and \(groups.all.count - 8) more" : ""
            lines.append("type: \(Self.word(type))  # \(DraftText.comment(shown.joined(separator: ", ") + rest))")
        }
        if let time = traits.time, !isCompacted { lines.append("time: \(Self.word(time))  # a time in all of them") }
        lines.append("views:")
        addEntity(isCompacted: isCompacted)
        if isCompacted { return }
        addCounts()
        addLeaderboard()
    }

    /// Change events whose keys are the rows' primary keys.
    private mutating func draftRows(_ columns: [String], isCompacted: Bool) {
        let envelope = traits.base.hasPrefix("payload.") ? "[connect, debezium]" : "debezium"
        let key = columns.map { "$.\($0)" }.joined(separator: ", ")
        let compacted = isCompacted ? "compacted: true, " : ""
        lines.append(
            "  \(topic.name): { \(compacted)envelope: \(envelope), key: [\(key)] }  # the columns of all record keys")
        lines.append("views:")
        let view = DraftText.singular(word)
        let template = columns.map { "{\($0)}" }.joined(separator: ":")
        add(
            view, "The rows of the table as they are now; the sample has \(DraftText.count(facts.keys.count)) of them.",
            ["hash: \"\(view):\(template)\"", "events: { row: { set: all }, delete: delete }"])
    }

    private static func word(_ source: TopicTraits.Source) -> String {
        source.isHeader ? DraftText.quoted(source.word) : source.word
    }

    private mutating func add(_ name: String, _ comment: String, _ body: [String]) {
        viewCount += 1
        lines += DraftText.comments(comment).map { "  # \($0)" }
        lines.append("  \(name):")
        lines += body.map { "    " + $0 }
    }

    /// The newest state of what the record key names.
    private mutating func addEntity(isCompacted: Bool) {
        guard facts.hasKeys else { return }
        let view = DraftText.singular(word)
        let key = "\"\(view):{\(traits.keyPath ?? "@key")}\""
        var comment = "The newest state of each key; the sample has \(DraftText.count(facts.keys.count)) of them."
        if facts.jsonKeys > 0, traits.keyPath == nil {
            comment += " Keys are JSON, so the braces are escaped in Redis."
        }
        let deletes = isCompacted || facts.tombstones > 0 || traits.envelope.isDebezium
        let tombstone = deletes ? ["  tombstone: delete"] : []
        let isWhole = facts.otherJSON == 0 && !facts.hasOtherNames && facts.objects > 0 && traits.base.isEmpty
        if !isCompacted, let groups, facts.objects > 0 {
            let rules = EntityRules(facts, traits, groups, limit: Self.typeLimit)
            guard !rules.lines.isEmpty else { return }
            add(
                view, comment + rules.remarks.map { " " + $0 }.joined(),
                ["hash: \(key)", "events:"] + rules.lines.map { "  " + $0 } + tombstone)
        } else if facts.otherJSON > 0 || facts.objects == 0 || (isCompacted && !traits.base.isEmpty) {
            add(view, comment, ["document: \(key)", "events:", "  \"*\": { set: all }"] + tombstone)
        } else if isCompacted || isWhole {
            let names = isCompacted ? "" : " Every value has the same names, so each one is taken as the whole state."
            add(view, comment + names, ["hash: \(key)", "events:", "  \"*\": { set: all }"] + tombstone)
        } else {
            let fields = EntityRules.fields(facts, traits)
            guard !fields.isEmpty else { return }
            add(
                view, comment,
                ["hash: \(key)", "events:"] + EntityRules.rule("\"*\"", fields).map { "  " + $0 } + tombstone)
        }
    }

    /// How many events there were in each minute, by type.
    private mutating func addCounts() {
        if traits.time == nil, facts.negativeTimestamps > 0 { return }
        var rules: [String] = []
        if traits.envelope.isDebezium {
            rules = [("c", "created"), ("u", "updated"), ("d", "deleted"), ("r", "snapshot")].map {
                "  \($0): { increment: { \($1): 1 } }"
            }
        } else if let groups, groups.all.count <= Self.typeLimit {
            let types = groups.all.map(\.type).filter { !$0.isEmpty && $0 != "*" && $0 != "tombstone" }
            rules = types.map { "  \(DraftText.scalar($0)): { increment: { \(DraftText.scalar($0)): 1 } }" }
        }
        if rules.isEmpty { rules = ["  \"*\": { increment: { events: 1 } }"] }
        add(
            "\(word)-per-minute",
            "How many there were in each minute; a minute's row expires 24 hours after its end.",
            ["buckets: \"\(word)-per-minute\"", "every: 1m", "retain: 24h", "events:"] + rules)
    }

    private mutating func addLeaderboard() {
        guard let found = Leaderboard(facts, traits, groups) else { return }
        let amount = found.scale == 0 ? "$.\(found.number)" : "{ value: $.\(found.number), scale: \(found.scale) }"
        let name = "\(word)-\(DraftText.slug(found.numberName))-by-\(DraftText.slug(found.memberName))"
        add(
            name, found.remark,
            [
                "sorted-set: \"\(name)\"", "member: $.\(found.member)", "events:",
                "  \(found.type.map { DraftText.scalar($0) } ?? "\"*\""): { increment: \(amount) }",
            ])
    }
}
