internal import Logging

/// A JSON value that is written in the order in which it was put together.
indirect enum JSONValue: Sendable {
    case text(String)
    case integer(Int)
    case flag(Bool)
    case list([JSONValue])
    case object([(String, JSONValue)])

    /// Indented by two blanks a level.
    func written(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return JSONString.quoted(text)
        case .integer(let value): return "\(value)"
        case .flag(let value): return "\(value)"
        case .list(let items):
            if items.isEmpty { return "[]" }
            return "[\n" + items.map { inner + $0.written(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(JSONString.quoted($0.0)): \($0.1.written(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }
}
