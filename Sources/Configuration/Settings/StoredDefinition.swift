internal import Formats
public import Projections

/// A projection's definition as it is kept beside its generation: YAML in flow form, so that a later worker can fold the
/// generation again when the file has moved on.
///
/// Environment variables are put in; the database is left out, since a generation changes its place.
public enum StoredDefinition {
    /// The projection that the text defines; throws if this version of Lantern cannot read it.
    public static func plan(_ name: String, _ text: String) throws(ConfigurationError) -> ProjectionPlan {
        let file =
            "kafka: { bootstrap.servers: \"-\" }\nredis: redis://-\nregistry: http://-\nprojections: { \"\(name)\": \(text) }\n"
        let configuration = try Configuration.parse(text: file, file: "the stored definition of \(name)")
        return configuration.projections[0]
    }

    /// The text of what is under a projection's name.
    static func text(of node: YAMLNode, _ plan: ProjectionPlan) -> String {
        text(of: inlining(node, plan), leavingOut: "database")
    }

    /// With the descriptors themselves in the place of their files' names.
    private static func inlining(_ node: YAMLNode, _ plan: ProjectionPlan) -> YAMLNode {
        node.changing("topics") { topics in
            var topics = topics
            for topic in plan.topics {
                guard case .protobuf(let types) = topic.format.encoding, let bytes = types.descriptors else { continue }
                topics = topics.changing(topic.name) { topic in
                    topic.changing("descriptors") { file in
                        var text = file
                        text.content = .scalar(DescriptorSet.inlined(bytes), isQuoted: true)
                        return text
                    }
                }
            }
            return topics
        }
    }

    private static func text(of node: YAMLNode, leavingOut left: String? = nil) -> String {
        switch node.content {
        case .scalar(let text, let isQuoted):
            if node.isNull { return "null" }
            return !isQuoted && isPlain(text) ? text : quoted(text.replacing("${", with: "$${"))
        case .sequence(let items): return "[" + items.map { text(of: $0) }.joined(separator: ", ") + "]"
        case .mapping(let entries):
            let members = entries.filter { $0.name != left }.map { "\(quoted($0.name)): \(text(of: $0.value))" }
            return "{" + members.joined(separator: ", ") + "}"
        }
    }

    /// Numbers, `true` and words: whether they are quoted matters, since a document's constants have types.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-") || text.utf8.count > 1 else { return false }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        let isWord = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) }
        return (isNumber && !text.hasPrefix("--") && !text.hasPrefix(".")) || isWord
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
                || scalar.value == 0x2029 || scalar.value == 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension YAMLNode {
    /// The same map with another value of that name, if it has one.
    fileprivate func changing(_ name: String, _ body: (YAMLNode) -> YAMLNode) -> YAMLNode {
        guard case .mapping(let entries) = content else { return self }
        var node = self
        node.content = .mapping(
            entries.map { entry in
                var entry = entry
                if entry.name == name { entry.value = body(entry.value) }
                return entry
            })
        return node
    }
}
