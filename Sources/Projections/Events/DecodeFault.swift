/// Why an event's value could not be decoded; the event is bad (Projections.md, "Reading an event").
public enum DecodeFault: Error, Sendable, Equatable {
    /// Not one JSON text in UTF-8: what is wrong, and at which byte of the value.
    case notJSON(reason: StaticReason, at: Int)
    /// A name occurs twice on the way to `path` (an index into `ProjectionPlan.paths`).
    case repeatedName(path: Int, at: Int)
    /// The same on the way to a field of the envelope that no path names.
    case repeatedField(name: String, at: Int)
    /// The text at the topic's `data:` is not JSON.
    case dataNotJSON(reason: StaticReason, at: Int)
    /// The value has another form than the topic's envelope.
    case otherEnvelope(Expected, Found)
    /// A decimal is there as bytes, which say nothing without its scale; nil: of a column that a path names.
    case preciseDecimal(column: String?)
    /// A table was truncated, and the topic does not ignore that.
    case truncated
    /// The value is not one of its encoding: which, and what is wrong.
    case unreadable(encoding: String, reason: String, at: Int)
    /// The schema of the value cannot be used: why.
    case unusableSchema(String)
    /// The schema of the value is not here yet, which says nothing of the event: what it waits for.
    case awaitsSchema(String)

    /// The same, as what an operator sees of the event.
    public func badEvent(_ plan: ProjectionPlan) -> BadEvent {
        switch self {
        case .notJSON(let reason, let at):
            BadEvent(view: nil, reason: "the value is not JSON: \(reason.rawValue) (at byte \(at))", isNotJSON: true)
        case .repeatedName(let path, let at):
            BadEvent(view: nil, reason: "a name on the way to \(plan.paths[path]) occurs twice (at byte \(at))")
        case .repeatedField(let name, let at):
            BadEvent(view: nil, reason: "the envelope's `\(name)` occurs twice (at byte \(at))")
        case .dataNotJSON(let reason, let at):
            BadEvent(
                view: nil, reason: "the text at the topic's `data:` is not JSON: \(reason.rawValue) (at its byte \(at))"
            )
        case .otherEnvelope(let expected, let found):
            BadEvent(
                view: nil, reason: "the value is not \(expected.rawValue)\(found.rawValue)",
                isNotJSON: found != .binaryData)
        case .preciseDecimal(let column):
            BadEvent(
                view: nil,
                reason:
                    "\(column.map { "column \"\($0)\"" } ?? "a column") is a decimal in binary form: set the connector's "
                    + "decimal.handling.mode=string, and take a new snapshot")
        case .truncated:
            BadEvent(
                view: nil,
                reason: "the table was truncated, which names no row: empty the views (`run --fresh`) and take a new "
                    + "snapshot, or declare `on-truncate: ignore`",
                demandsHalt: true)
        case .unusableSchema(let reason), .awaitsSchema(let reason):
            BadEvent(view: nil, reason: "the value cannot be read: \(reason)")
        case .unreadable(let encoding, let reason, let at):
            BadEvent(view: nil, reason: "the value is not \(encoding): \(reason) (at byte \(at))", isNotJSON: true)
        }
    }

    /// What the topic's envelope makes of a value.
    public enum Expected: String, Sendable {
        case debezium = "a change event of Debezium: "
        case connect = "one of Connect's JsonConverter with schemas: "
        case cloudEvent = "a CloudEvent: "
    }

    /// What was there instead, and what to do.
    public enum Found: String, Sendable {
        case connectSchema =
            "it is in `{schema, payload}`; set value.converter.schemas.enable=false, which makes it about six times smaller (and before it decimal.handling.mode=string and time.precision.mode=isostring), or write `envelope: [connect, debezium]`"
        case noOperation =
            "it has no `op`; if ExtractNewRecordState has taken the row out, remove the transform, which loses what has happened to the row"
        case unknownOperation = "its `op` is not one of c, u, r, d, t and m"
        case noPayload =
            "it has no `payload`; remove `connect` from `envelope`, or set value.converter.schemas.enable=true"
        case noVersion =
            "it has no `specversion`; in structured mode its content-type header must be application/cloudevents+json"
        case binaryData = "its data is binary, in `data_base64`"
        case otherEncoding = "of its content-types in structured mode only application/cloudevents+json can be read"
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
