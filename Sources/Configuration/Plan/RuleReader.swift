internal import Bytes
internal import Projections

/// Compiles the rules of one view's `events:`.
struct RuleReader {
    let scope: ProjectionScope
    /// The kind's word.
    let kind: String
    /// The topics that the view reads.
    let topics: [Int]
    private var log: DiagnosticLog { scope.log }
    private var values: ValueReader { ValueReader(scope: scope) }

    init(scope: ProjectionScope, kind: String, topics: [Int]) {
        self.scope = scope
        self.kind = kind
        self.topics = topics
    }

    func read(_ node: YAMLNode) -> [PlacedEvent] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            log.error(node.position, "`events` must be a map of event types and their rules, not \(node.kindName)")
            return []
        }
        return entries.map { entry in
            let event: EventName =
                switch entry.name {
                case "*": .any
                case "tombstone": .tombstone
                default: .named(entry.name)
                }
            if scope.isDebezium(topics) {
                checkOperation(entry)
            } else if case .named = event, !scope.haveType(topics) {
                log.error(
                    entry.position,
                    "`\(entry.name)`: projection \(scope.name) has no `type:`, so there are only \"*\" and "
                        + "`tombstone`; name the path of an event's type, for instance `type: $.type`")
            }
            return PlacedEvent(event: event, position: entry.position, rules: rules(entry.value))
        }
    }

    /// Of change events the types are known.
    private func checkOperation(_ entry: YAMLNode.Entry) {
        if DebeziumOperation.allNames.contains(entry.name) { return }
        let reason =
            switch entry.name {
            case "*": ": `row` takes what `create`, `update` and `snapshot` do not"
            case "tombstone": ": `delete` takes the tombstone that follows a delete, too"
            default: Hint.text(for: entry.name, among: DebeziumOperation.allNames)
            }
        log.error(
            entry.position,
            "with `envelope: debezium`, `events` are what happened to a row, and `\(entry.name)` is not one\(reason)")
    }

    private func rules(_ node: YAMLNode) -> [PlacedRule] {
        guard case .sequence(let items) = node.content else { return rule(node).map { [$0] } ?? [] }
        if items.isEmpty { log.error(node.position, "a list of rules cannot be empty") }
        var rules: [PlacedRule] = []
        for (index, item) in items.enumerated() {
            guard let rule = rule(item) else { continue }
            if rule.conditions.isEmpty, index < items.count - 1 {
                log.error(
                    item.position,
                    "only the last rule of a list may be without `when`: what follows this one is never reached")
            }
            rules.append(rule)
        }
        return rules
    }

    private func rule(_ node: YAMLNode) -> PlacedRule? {
        let known = ViewVocabulary.changes(of: kind)
        if case .scalar(let word, _) = node.content {
            if known.contains(word), let plan = Self.plain(word) {
                return PlacedRule(changes: [.init(plan: plan, position: node.position)], position: node.position)
            }
            log.error(node.position, wrongWord(word, isNull: node.isNull, known: known))
            return nil
        }
        guard case .mapping(let entries) = node.content else {
            log.error(node.position, "a rule must be a word or a map, not \(node.kindName)")
            return nil
        }
        var rule = PlacedRule(position: node.position)
        for entry in entries {
            if entry.name == "when" {
                rule.conditions = conditions(entry)
            } else if known.contains(entry.name) {
                rule.changes += changes(entry)
            } else {
                log.error(entry.position, wrongWord(entry.name, isNull: false, known: known + ["when"]))
            }
        }
        let words = entries.filter { known.contains($0.name) }
        if words.isEmpty, !log.hasErrors {
            log.error(node.position, "the rule changes nothing: a \(kind) has \(Hint.list(known))")
        }
        checkCombination(words)
        return rule
    }

    private static func plain(_ word: String) -> ChangePlan? {
        switch word {
        case "add": .add
        case "remove": .remove
        case "delete": .delete
        default: nil
        }
    }

    private func wrongWord(_ word: String, isNull: Bool, known: [String]) -> String {
        if isNull { return "the rule is empty: a \(kind) has \(Hint.list(known))" }
        if known.contains(word) { return "`\(word)` needs a value: `{ \(word): … }`" }
        if ViewVocabulary.rule.names.contains(word) {
            return "a \(kind) has no `\(word)`: its changes are \(Hint.list(ViewVocabulary.changes(of: kind)))"
        }
        return "unknown name `\(word)` in a rule\(Hint.text(for: word, among: known))"
    }

    /// Which words may be together in one rule.
    private func checkCombination(_ words: [YAMLNode.Entry]) {
        guard words.count > 1 else { return }
        if kind == "hash" {
            if let delete = words.first(where: { $0.name == "delete" }) {
                log.error(delete.position, "`delete` must be alone: no other change makes sense with it in one rule")
            } else if let all = words.first(where: { $0.name == "set" && $0.value.isAll }) {
                log.error(all.position, "`set: all` must be alone: it replaces the whole row")
            }
        } else {
            log.error(
                words[1].position, "a rule of a \(kind) makes one change: `\(words[0].name)` or `\(words[1].name)`")
        }
    }

    private func conditions(_ entry: YAMLNode.Entry) -> [PlacedRule.Condition] {
        guard case .mapping(let tests) = entry.value.content, !tests.isEmpty else {
            log.error(entry.value.position, "`when` must be a map of paths and constants, not \(entry.value.kindName)")
            return []
        }
        return tests.compactMap { test in
            guard let source = values.reference(test.name, at: test.position, place: "a name in `when`") else {
                return nil
            }
            var texts: [String] = []
            if case .sequence(let items) = test.value.content {
                if items.isEmpty {
                    log.error(test.value.position, "an empty list in `when` never holds: add constants")
                }
                texts = items.compactMap(condition)
            } else if let text = condition(test.value) {
                texts = [text]
            }
            return PlacedRule.Condition(plan: .init(source: source, anyOf: texts), position: test.position)
        }
    }

    /// Constants compare by text, and `null` is the text of what is null or not there.
    private func condition(_ node: YAMLNode) -> String? {
        guard case .scalar(let text, let isQuoted) = node.content else {
            log.error(node.position, "`when` compares with a constant or a list of them, not with \(node.kindName)")
            return nil
        }
        if node.isNull, text != "null" {
            log.error(node.position, "nothing to compare with: write `null`, or `\"\"` for the empty text")
            return nil
        }
        guard text.hasPrefix("$") || text.hasPrefix("{@") else { return text }
        if text.hasPrefix("$$") { return String(text.dropFirst()) }
        let quoted = isQuoted ? "" : " (the text `$x` is written `$$x`)"
        log.error(node.position, "`when` compares with constants only, not with `\(text)`\(quoted)")
        return nil
    }

    private func changes(_ entry: YAMLNode.Entry) -> [PlacedRule.Change] {
        switch entry.name {
        case "add", "remove", "delete":
            guard let isMeant = ScalarReader(log: log).flag(entry.value, place: "`\(entry.name)`"),
                let plan = Self.plain(entry.name)
            else { return [] }
            if !isMeant { log.error(entry.value.position, "`\(entry.name): false` does nothing: remove it") }
            return [.init(plan: plan, position: entry.position)]
        case "set": return set(entry)
        case "unset": return unset(entry)
        case "increment" where kind == "hash" || kind == "buckets":
            return fields(entry).compactMap { field in
                values.number(field.value, name: field.name, isInteger: true).map {
                    .init(plan: .incrementField(field.name, $0), position: field.position)
                }
            }
        default:
            let isInteger = entry.name == "increment"
            guard let number = values.number(entry.value, name: entry.name, isInteger: isInteger) else { return [] }
            let plan: ChangePlan =
                switch entry.name {
                case "max": .maximum(number)
                case "min": .minimum(number)
                case "score": .score(number)
                default: .increment(number)
                }
            return [.init(plan: plan, position: entry.position)]
        }
    }

    private func set(_ entry: YAMLNode.Entry) -> [PlacedRule.Change] {
        if entry.value.isAll { return [.init(plan: .setAll, position: entry.position)] }
        let isDocument = kind == "document"
        let sources = fields(entry, orAll: true).compactMap { field in
            values.field(field.value, name: field.name, isDocument: isDocument).map { (field, $0) }
        }
        if isDocument {
            guard !sources.isEmpty else { return [] }
            return [
                .init(
                    plan: .setDocument(sources.map { .init(name: $0.0.name, value: $0.1) }), position: entry.position)
            ]
        }
        return sources.map { .init(plan: .setField($0.0.name, $0.1), position: $0.0.position) }
    }

    private func unset(_ entry: YAMLNode.Entry) -> [PlacedRule.Change] {
        guard case .sequence(let items) = entry.value.content, !items.isEmpty else {
            log.error(entry.value.position, "`unset` must be a list of fields, `[a, b]`, not \(entry.value.kindName)")
            return []
        }
        var seen: Set<ExactText> = []
        return items.compactMap { item in
            guard let name = ScalarReader(log: log).text(item, place: "a field in `unset`") else { return nil }
            if !seen.insert(ExactText(name)).inserted { log.error(item.position, "`\(name)` occurs twice in `unset`") }
            return .init(plan: .unsetField(name), position: item.position)
        }
    }

    private func fields(_ entry: YAMLNode.Entry, orAll: Bool = false) -> [YAMLNode.Entry] {
        if case .mapping(let fields) = entry.value.content, !fields.isEmpty { return fields }
        log.error(
            entry.value.position,
            "`\(entry.name)` must be a map of fields and values\(orAll ? ", or `all`" : ""), not \(entry.value.shown)")
        return []
    }
}

extension YAMLNode {
    /// The word `all`.
    var isAll: Bool {
        if case .scalar("all", _) = content { return true }
        return false
    }

    /// A scalar's text, else what it is.
    var shown: String {
        if case .scalar(let text, _) = content, !isNull { return "`\(text)`" }
        return kindName
    }
}
