/// Why an event's value could not be decoded; the event is bad (Projections.md, "Reading an event").
public enum DecodeFault: Error, Sendable, Equatable {
    /// Not one JSON text in UTF-8: what is wrong, and at which byte of the value.
    case notJSON(reason: StaticReason, at: Int)
    /// A name occurs twice on the way to `path` (an index into `ProjectionPlan.paths`).
    case repeatedName(path: Int, at: Int)

    /// The same, as what an operator sees of the event.
    public func badEvent(_ plan: ProjectionPlan) -> BadEvent {
        switch self {
        case .notJSON(let reason, let at):
            BadEvent(view: nil, reason: "the value is not JSON: \(reason.rawValue) (at byte \(at))", isNotJSON: true)
        case .repeatedName(let path, let at):
            BadEvent(view: nil, reason: "a name on the way to \(plan.paths[path]) occurs twice (at byte \(at))")
        }
    }

    /// What is wrong, in words that need no allocation.
    public enum StaticReason: String, Sendable {
        case empty = "it is empty"
        case byteOrderMark = "it begins with a byte order mark"
        case notUTF8 = "it is not UTF-8"
        case unclosedString = "a string is not closed"
        case controlCharacter = "a string contains an unescaped control character"
        case brackets = "brackets are not balanced"
        case tooDeep = "it is nested deeper than 1,024 levels"
        case syntax = "a comma, colon, name or value is missing or out of place"
        case number = "a number is malformed"
        case literal = "a word is neither true, false nor null"
        case escape = "a string has a malformed escape"
        case trailing = "something follows the value"
    }
}
