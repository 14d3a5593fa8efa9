/// Why an event's value could not be decoded; the event is bad (Projections.md, "Reading an event").
public enum DecodeFault: Error, Sendable, Equatable {
    /// Not one JSON text in UTF-8: what is wrong, and at which byte of the value.
    case notJSON(reason: StaticReason, at: Int)
    /// A name occurs twice on the way to `path` (an index into `ProjectionPlan.paths`), or at the top (nil).
    case repeatedName(path: Int?, at: Int)

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
