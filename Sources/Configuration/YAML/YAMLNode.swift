/// A node of a YAML document, with its place in the file.
struct YAMLNode {
    enum Content {
        /// Text as written; quoted says that it is text whatever it looks like.
        case scalar(String, isQuoted: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A name and its value in a mapping; names are always scalars and occur once.
    struct Entry {
        var name: String
        var position: Position
        var value: YAMLNode
    }

    var content: Content
    var position: Position
    /// How many nodes it is once aliases are followed.
    var size: Int
    /// How many levels it has: 1 for a scalar.
    var height: Int

    /// What it is, for messages.
    var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }

    /// Nothing written, or one of YAML's words for it, unquoted.
    var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}
