extension OracleProjection {
    /// The projection as a whole configuration file in the surface language, with Kafka and Redis at local addresses.
    public func yaml() -> String { Self.yaml([self]) }

    /// Several projections as one configuration file.
    public static func yaml(
        _ projections: [OracleProjection], kafka: String = "127.0.0.1:9092", redis: String = "redis://127.0.0.1:6379"
    ) -> String {
        var lines = [
            "kafka:", "  bootstrap.servers: \(quoted(kafka))", "redis: \(quoted(redis))", "projections:",
        ]
        for projection in projections { lines += projection.lines() }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines() -> [String] {
        var lines = ["  \(name):", "    version: \(version)"]
        if topics.allSatisfy({ $0.key == nil && !$0.compacted }) {
            lines.append("    topics: [\(topics.map { quoted($0.name) }.joined(separator: ", "))]")
        } else {
            lines.append("    topics:")
            for topic in topics {
                var options: [String] = []
                if let key = topic.key { options.append("key: \(quoted("$." + key.text))") }
                if topic.compacted { options.append("compacted: true") }
                lines.append("      \(quoted(topic.name)): { \(options.joined(separator: ", ")) }")
            }
        }
        if let type { lines.append("    type: \(type.yaml)") }
        if let time { lines.append("    time: \(time.yaml)") }
        if unknown != .ignore { lines.append("    unknown: \(unknown.rawValue)") }
        if onError != .park { lines.append("    on-error: \(onError.rawValue)") }
        lines.append("    views:")
        for view in views { lines += view.lines() }
        return lines
    }
}

extension OracleView {
    fileprivate func lines() -> [String] {
        var lines = ["      \(name):", "        \(word): \(quoted(key.yamlText))"]
        switch kind {
        case .latest(let keep): lines.append("        keep: \(keep)")
        case .buckets(let every, let retain):
            lines.append("        every: \(duration(every * 1_000))")
            lines.append("        retain: \(duration(retain * 1_000))")
        default: break
        }
        if let from {
            let names = from.map(quoted)
            lines.append("        from: \(names.count == 1 ? names[0] : "[" + names.joined(separator: ", ") + "]")")
        }
        switch member {
        case .value(let value): lines.append("        member: \(value.yaml)")
        case .template(let template): lines.append("        member: \(quoted(template.yamlText))")
        case nil: break
        }
        if let ttl {
            let text = duration(ttl.milliseconds)
            lines.append("        ttl: \(ttl.approximate ? "{ after: \(text), approximate: true }" : text)")
        }
        lines.append("        events:")
        for event in events {
            let rules = event.rules.map(\.yaml)
            lines.append(
                "          \(event.name.yaml): \(rules.count == 1 ? rules[0] : "[" + rules.joined(separator: ", ") + "]")"
            )
        }
        return lines
    }

    private var word: String {
        switch kind {
        case .hash: "hash"
        case .document: "document"
        case .counter: "counter"
        case .set: "set"
        case .sortedSet: "sorted-set"
        case .unique: "unique"
        case .latest: "latest"
        case .buckets: "buckets"
        }
    }
}

extension OracleEventRules.Name {
    fileprivate var yaml: String {
        switch self {
        case .named(let name): quoted(name)
        case .any: quoted("*")
        case .tombstone: "tombstone"
        }
    }
}

extension OracleRule {
    fileprivate var yaml: String {
        var parts: [String] = []
        if !when.isEmpty {
            let conditions = when.map { condition in
                let constants = condition.anyOf.map(\.yaml)
                let right = constants.count == 1 ? constants[0] : "[" + constants.joined(separator: ", ") + "]"
                return "\(condition.value.yaml): \(right)"
            }
            parts.append("when: { \(conditions.joined(separator: ", ")) }")
        }
        switch action {
        case .delete: if when.isEmpty { return "delete" } else { parts.append("delete: true") }
        case .add: if when.isEmpty { return "add" } else { parts.append("add: true") }
        case .remove: if when.isEmpty { return "remove" } else { parts.append("remove: true") }
        case .setAll: parts.append("set: all")
        case .hash(let set, let unset, let increment):
            if !set.isEmpty { parts.append("set: \(fields(set))") }
            if !unset.isEmpty { parts.append("unset: [\(unset.map(quoted).joined(separator: ", "))]") }
            if !increment.isEmpty {
                let pairs = increment.map { "\(quoted($0.name)): \($0.number.yaml)" }
                parts.append("increment: { \(pairs.joined(separator: ", ")) }")
            }
        case .document(let set): parts.append("set: \(fields(set))")
        case .increment(let number): parts.append("increment: \(number.yaml)")
        case .maximum(let number): parts.append("max: \(number.yaml)")
        case .minimum(let number): parts.append("min: \(number.yaml)")
        case .score(let number): parts.append("score: \(number.yaml)")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func fields(_ fields: [OracleField]) -> String {
        "{ \(fields.map { "\(quoted($0.name)): \($0.value.yaml)" }.joined(separator: ", ")) }"
    }
}

extension OracleNumber {
    fileprivate var yaml: String {
        guard let scale else { return value.yaml }
        return "{ value: \(value.yaml), scale: \(scale) }"
    }
}

extension OracleTemplate {
    fileprivate var yamlText: String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .placeholder(let value): value.placeholder
            }
        }.joined()
    }
}

extension OracleValue {
    fileprivate var yaml: String {
        switch self {
        case .path(let path, let optional): quoted("$." + path.text + (optional ? "?" : ""))
        case .text(let text): quoted(text.hasPrefix("$") ? "$" + text : text)
        case .plain(let text): text
        default: quoted(placeholder)
        }
    }

    fileprivate var placeholder: String {
        switch self {
        case .path(let path, let optional): "{\(path.text)\(optional ? "?" : "")}"
        case .key: "{@key}"
        case .timestamp: "{@timestamp}"
        case .partition: "{@partition}"
        case .offset: "{@offset}"
        case .header(let name, let optional): "{@header.\(name)\(optional ? "?" : "")}"
        case .text(let text), .plain(let text): text
        }
    }
}

/// The greatest unit that divides the span.
private func duration(_ milliseconds: Int) -> String {
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
    where milliseconds % size == 0 && milliseconds > 0 {
        return "\(milliseconds / size)\(unit)"
    }
    return "\(milliseconds)ms"
}

/// A YAML double-quoted scalar; `${` is written `$${`, so that nothing is replaced in it.
private func quoted(_ text: String) -> String {
    var result = "\""
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "{" where previous == "$": result += "${"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let hex = String(scalar.value, radix: 16, uppercase: true)
            result += "\\x" + (hex.count == 1 ? "0" : "") + hex
        default: result.unicodeScalars.append(scalar)
        }
        previous = scalar
    }
    return result + "\""
}
