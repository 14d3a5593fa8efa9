import Bytes

/// The rules that keep the newest state of what a record key names, one for each type.
struct EntityRules {
    /// A field of the row, and the path that it comes from.
    struct Field: Equatable {
        var name: String
        var path: String
        /// Whether some of the events lack it.
        var isOptional: Bool
    }

    private(set) var lines: [String] = []
    private(set) var remarks: [String] = []

    /// So many fields a rule has.
    private static let fieldLimit = 60

    init(_ facts: TopicFacts, _ traits: TopicTraits, _ groups: TypeGroups, limit: Int) {
        if case .debezium(let hasSchema) = traits.envelope {
            // The operations are known, whether the sample has them or not.
            let changes = groups.all.filter { ["c", "u", "r"].contains($0.type) }.flatMap(\.events)
            let found = TopicFacts(changes)
            let fields = Self.fields(found, traits)
            guard !fields.isEmpty else { return }
            for op in ["c", "r", "u"] { lines += Self.rule(op, fields) }
            lines.append("d: delete")
            let prefix = hasSchema ? "payload.after." : "after."
            let large = found.order.map(\.text).filter { $0.hasPrefix(prefix) && found[$0].placeholders > 0 }
            if !large.isEmpty {
                remarks.append(
                    "Updates have a mark in place of large values that did not change (\(large.joined(separator: ", "))): set ALTER TABLE … REPLICA IDENTITY FULL."
                )
            }
            return
        }
        var deletes: [String] = []
        let named = groups.all.filter { !$0.type.isEmpty && $0.type != "*" && $0.type != "tombstone" }
        for group in named.prefix(limit) {
            let word = DraftText.scalar(group.type)
            if Self.isDelete(group.type), named.count > 1 {
                lines.append("\(word): delete")
                deletes.append(group.type)
                continue
            }
            let fields = Self.fields(TopicFacts(group.events), traits)
            if !fields.isEmpty { lines += Self.rule(word, fields) }
        }
        if !deletes.isEmpty {
            remarks.append("\(deletes.joined(separator: ", ")) deletes the row: that is concluded from the name alone.")
        }
        if named.count > limit { remarks.append("\(named.count - limit) rarer types have no rule here.") }
    }

    private static func isDelete(_ type: String) -> Bool {
        let type = type.lowercased()
        return ["deleted", "removed", "delete", "remove"].contains { type.hasSuffix($0) }
    }

    /// The members at the traits' base, but not the record key, which is in the row's key.
    static func fields(_ facts: TopicFacts, _ traits: TopicTraits) -> [Field] {
        var fields: [Field] = []
        for path in facts.order.map(\.text) where path.hasPrefix(traits.base) && path != traits.keyPath {
            let name = String(path.dropFirst(traits.base.count))
            let found = facts[path]
            if name.contains(".") || found.faulty > 0 || fields.count == fieldLimit { continue }
            fields.append(Field(name: name, path: path, isOptional: found.present < facts.objects))
        }
        return fields
    }

    /// `TYPE: { set: { … } }`, in one line if that is short.
    static func rule(_ type: String, _ fields: [Field]) -> [String] {
        let pairs = fields.map { "\(DraftText.scalar($0.name)): $.\($0.path)\($0.isOptional ? "?" : "")" }
        let line = "\(type): { set: { \(pairs.joined(separator: ", ")) } }"
        return line.count <= 100 ? [line] : ["\(type):", "  set:"] + pairs.map { "    " + $0 }
    }
}
