import Bytes
import Projections

/// What the events of a topic are, as far as it holds for all that were sampled.
struct TopicTraits {
    enum Envelope: Equatable {
        case none
        /// Kafka Connect's `{schema, payload}`.
        case connect
        /// CloudEvents in JSON, or with its attributes in headers.
        case cloudEvents, cloudEventsInHeaders
        case debezium(hasSchema: Bool)
    }

    /// A value as a file has it, and where it is.
    struct Source: Equatable {
        /// `$.a.b`, or `{@header.name}`.
        var word: String
        /// The path or the header's name.
        var name: String
        var isHeader = false
    }

    let envelope: Envelope
    /// What the paths of the data begin with: nothing, or `payload.` for example.
    let base: String
    let type: Source?
    let time: Source?
    /// The path whose text is the record key.
    let keyPath: String?
    /// Of change events: the columns of the record key, which each row has with the same values.
    let keyColumns: [String]?

    private static let typeNames = [
        "type", "eventType", "event_type", "event-type", "eventName", "event_name", "event", "messageType",
        "message_type", "kind", "action",
    ]
    private static let timeNames = [
        "at", "time", "timestamp", "occurredAt", "occurred_at", "eventTime", "event_time", "createdAt", "created_at",
        "updatedAt", "updated_at", "ts", "ts_ms", "date",
    ]

    init(_ facts: TopicFacts) {
        envelope = Self.envelope(of: facts)
        base = Self.base(of: envelope, facts)
        type = Self.type(envelope, base, facts)
        time = facts.otherJSON + facts.notJSON == 0 ? Self.time(envelope, base, facts) : nil
        let isKeyed = facts.hasKeys && facts.objects > 0 && (facts.otherJSON == 0 || type != nil)
        keyColumns = envelope.isDebezium ? Self.keyColumns(base, facts) : nil
        keyPath = isKeyed && !envelope.isDebezium ? Self.keyPath(base, facts) : nil
    }

    private static func envelope(of facts: TopicFacts) -> Envelope {
        for prefix in ["", "payload."] {
            let isAll = ["op", "source", "ts_ms"].allSatisfy { facts.isAlways(prefix + $0) }
            let rows = facts[prefix + "after"].objects + facts[prefix + "before"].objects
            if isAll, rows > 0, facts.isAlways(prefix + "after") { return .debezium(hasSchema: !prefix.isEmpty) }
        }
        if ["specversion", "id", "source", "type"].allSatisfy({ facts.isAlways($0) }) { return .cloudEvents }
        let values = facts.count - facts.tombstones
        if values > 0, facts.header("ce_specversion").present == values, facts.header("ce_type").present == values {
            return .cloudEventsInHeaders
        }
        if facts.isAlways("schema"), facts.isAlwaysObject("payload"), facts.sameNames?.count == 2, !facts.hasOtherNames
        {
            return .connect
        }
        return .none
    }

    private static func base(of envelope: Envelope, _ facts: TopicFacts) -> String {
        switch envelope {
        case .debezium(let hasSchema): hasSchema ? "payload.after." : "after."
        case .connect: "payload."
        case .cloudEvents: facts.isAlwaysObject("data") ? "data." : ""
        case .none, .cloudEventsInHeaders: ""
        }
    }

    private static func type(_ envelope: Envelope, _ base: String, _ facts: TopicFacts) -> Source? {
        switch envelope {
        case .debezium(let hasSchema): return path(hasSchema ? "payload.op" : "op")
        case .cloudEvents: return path("type")
        case .cloudEventsInHeaders: return header("ce_type")
        case .none, .connect: break
        }
        func isType(_ facts: PathFacts, of count: Int) -> Bool {
            count > 0 && facts.present == count && facts.strings == count && facts.emptyStrings + facts.faulty == 0
                && facts.values.count <= min(50, max(1, count / 3))
        }
        if let name = typeNames.first(where: { isType(facts[base + $0], of: facts.objects) }) {
            return path(base + name)
        }
        let count = facts.count - facts.tombstones
        if let name = typeNames.first(where: { isType(facts.header($0), of: count) }) {
            return header(name)
        }
        return nil
    }

    private static func time(_ envelope: Envelope, _ base: String, _ facts: TopicFacts) -> Source? {
        func isTime(_ path: String) -> Bool { facts.isAlways(path) && facts[path].times == facts.objects }
        switch envelope {
        case .debezium(let hasSchema):
            let name = hasSchema ? "payload.ts_ms" : "ts_ms"
            return isTime(name) ? path(name) : nil
        case .cloudEvents where isTime("time"): return path("time")
        case .cloudEventsInHeaders:
            return facts.header("ce_time").times == facts.count - facts.tombstones ? header("ce_time") : nil
        case .none, .connect, .cloudEvents: break
        }
        if let name = timeNames.first(where: { isTime(base + $0) }) { return path(base + name) }
        // Under another name only a text that cannot be anything but a time.
        let others = facts.order.filter { $0.text.hasPrefix(base) && isTime($0.text) && facts[$0.text].strings > 0 }
        return others.count == 1 ? path(others[0].text) : nil
    }

    private static func keyColumns(_ base: String, _ facts: TopicFacts) -> [String]? {
        guard facts.hasKeys, !facts.hasOtherColumns, let columns = facts.keyColumns, !columns.isEmpty else {
            return nil
        }
        let rows = facts[String(base.dropLast())].objects
        let isOwned = columns.allSatisfy { facts.columnMatches[ExactText(base + $0)] == rows }
        return rows > 0 && isOwned ? columns : nil
    }

    private static func keyPath(_ base: String, _ facts: TopicFacts) -> String? {
        facts.order.map(\.text).first { path in
            let found = facts[path]
            return found.present == facts.objects && found.keys == facts.objects && found.faulty == 0
                && found.plainIntegers == found.numbers
        }
    }

    private static func path(_ name: String) -> Source { Source(word: "$." + name, name: name) }
    private static func header(_ name: String) -> Source {
        Source(word: "{@header.\(name)}", name: name, isHeader: true)
    }
}

extension TopicTraits.Envelope {
    var isDebezium: Bool { if case .debezium = self { true } else { false } }
}
