import Bytes

extension ProjectionPlan {
    /// The version of the fold: what the same plan makes of the same events. Raised whenever that changes.
    public static let foldVersion = 1

    /// The plan as one text that is the same for plans with the same effect: what fingerprints are made of.
    ///
    /// Without limits, brokers and error policy (Concepts.md, "Versions and generations"). It contains an order only if
    /// order has an effect: in a document and in a list of rules, but not of topics, views, event names or a hash's
    /// fields.
    public var canonicalText: String {
        var lines = sharedLines
        for view in views.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            lines += self.lines(of: view)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The part of it that concerns every view.
    public var canonicalTextOfAllViews: String { sharedLines.joined(separator: "\n") }

    /// The part of it that concerns one view, by the view's name.
    public var canonicalTextsOfViews: [String: String] {
        Dictionary(views.map { ($0.name, lines(of: $0).joined(separator: "\n")) }) { first, _ in first }
    }

    private var sharedLines: [String] {
        var lines = ["fold \(Self.foldVersion)", "projection \(quoted(name)) \(version)"]
        lines += topics.map { topic in
            "topic \(quoted(topic.name)) key \(topic.keyPath.map(text(ofPath:)) ?? "-") compacted \(topic.isCompacted)"
                + options(of: topic)
        }.sorted()
        lines.append("type \(type.map(text) ?? "-")")
        lines.append("time \(time.map(text) ?? "-")")
        lines.append("unknown \(unknown.rawValue)")
        return lines
    }

    /// What only some topics have; others' lines are as they were before there was such a thing.
    private func options(of topic: TopicPlan) -> String {
        var text = ""
        if !topic.keyColumns.isEmpty {
            // Their order means nothing: a key's columns are found by name.
            text += " columns " + topic.keyColumns.map(self.text(ofPath:)).sorted().joined(separator: " ")
        }
        let format = topic.format
        switch format.encoding {
        case .json: break
        case .bytes: text += " encoding bytes"
        case .avro: text += " encoding avro"
        case .protobuf(let types):
            text += " encoding protobuf"
            if let message = types.message { text += " message \(quoted(message))" }
            if let descriptors = types.descriptors { text += " descriptors \(hexDigits(xxh3(descriptors.span)))" }
            if types.isFramed { text += " framed" }
        }
        if format.envelope != .none { text += " envelope \(format.envelope.rawValue)" }
        if format.isInConnect { text += " connect" }
        if let data = format.data { text += " data $" + data.map { ".\(quoted($0))" }.joined() }
        if format.hasWholeBefore { text += " before full" }
        if format.ignoresTruncate { text += " truncate ignored" }
        if let type = topic.type { text += " type \(self.text(type))" }
        if let time = topic.time { text += " time \(self.text(time))" }
        return text
    }

    private func lines(of view: ViewPlan) -> [String] {
        var lines = ["view \(quoted(view.name)) \(text(view.kind)) key \(text(view.key))"]
        lines.append(" from " + view.topics.map { quoted(topics[$0].name) }.sorted().joined(separator: " "))
        switch view.member {
        case .value(let source)?: lines.append(" member \(text(source))")
        case .template(let template)?: lines.append(" member \(text(template))")
        case nil: break
        }
        if let timeToLive = view.timeToLive {
            lines.append(" ttl \(timeToLive.milliseconds) approximate \(timeToLive.isApproximate)")
        }
        let events = view.rules.map { event in (text(event.event), event.rules) }
        for (event, rules) in events.sorted(by: { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }) {
            lines.append(" event \(event)")
            for rule in rules {
                let conditions = rule.conditions.map { condition in
                    text(condition.source) + " in " + condition.anyOf.map(quoted).sorted().joined(separator: " ")
                }
                lines.append("  rule when [" + conditions.sorted().joined(separator: ", ") + "]")
                lines += rule.changes.map { "   " + text($0) }.sorted()
            }
        }
        return lines
    }

    private func text(_ event: EventName) -> String {
        switch event {
        case .named(let name): "named \(quoted(name))"
        case .any: "any"
        case .tombstone: "tombstone"
        }
    }

    private func text(_ kind: ViewKind) -> String {
        switch kind {
        case .latest(let keep): "latest \(keep)"
        case .buckets(let every, let retain): "buckets \(every) \(retain)"
        default: kind.word
        }
    }

    private func text(_ change: ChangePlan) -> String {
        switch change {
        case .setField(let name, let source): "set \(quoted(name)) \(text(source))"
        case .unsetField(let name): "unset \(quoted(name))"
        case .incrementField(let name, let number): "increment \(quoted(name)) \(text(number))"
        case .setAll: "set all"
        case .setDocument(let fields):
            "set document " + fields.map { "\(quoted($0.name)) \(text($0.value))" }.joined(separator: ", ")
        case .increment(let number): "increment \(text(number))"
        case .maximum(let number): "max \(text(number))"
        case .minimum(let number): "min \(text(number))"
        case .score(let number): "score \(text(number))"
        case .add: "add"
        case .remove: "remove"
        case .delete: "delete"
        }
    }

    private func text(_ number: NumberSource) -> String {
        "\(text(number.source)) scale \(number.scale)" + (number.isText ? " text" : "")
            + (number.isBinary ? " int64" : "")
    }

    private func text(_ time: TimeSource) -> String {
        text(time.source) + (time.unit.map { " unit \($0.rawValue)" } ?? "") + (time.isBinary ? " int64" : "")
    }

    private func text(_ source: ValueSource) -> String {
        switch source {
        case .path(let index, let isOptional): text(ofPath: index) + (isOptional ? "?" : "")
        case .key: "@key"
        case .timestamp: "@timestamp"
        case .partition: "@partition"
        case .offset: "@offset"
        case .header(let name, let isOptional): "@header \(quoted(name))" + (isOptional ? "?" : "")
        case .constant(let constant): (constant.isJSON ? "json " : "text ") + quoted(constant.text)
        }
    }

    private func text(_ template: TextTemplate) -> String {
        template.parts.map { part in
            switch part {
            case .literal(let literal): quoted(literal)
            case .placeholder(let source): "{\(text(source))}"
            }
        }.joined(separator: "+")
    }

    private func text(ofPath index: Int) -> String {
        (paths[index].root == .data ? "$" : "@\(paths[index].root.rawValue)")
            + paths[index].members.map { ".\(quoted($0))" }.joined()
    }

    /// In quotes, so that no name can look like another line.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20: result += "\\u{\(scalar.value)}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
