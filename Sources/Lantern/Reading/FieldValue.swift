internal import Bytes
internal import Projections

/// What a field finds in an event. Reading it allocates nothing, but for `string`.
///
/// The rules are those of the YAML form (<doc:Projections>, "Values"): a number is read from a number only, a text from a
/// string, a number or a boolean; what cannot be read throws, and the event is bad.
public struct FieldValue: ~Escapable {
    let field: Field
    let kind: FoundValue.Kind
    /// The bytes as they came, a string's without its quotes.
    let raw: Span<UInt8>
    /// What a string with escapes says; nil if it has none, or an unpaired surrogate.
    let unescaped: Span<UInt8>?
    /// Its bytes need not be JSON: the record key, a header.
    let isRaw: Bool
    /// If it is not in the event, what a row has of it may stay.
    let isKept: Bool

    @_lifetime(copy raw, copy text)
    init(
        _ field: Field, _ kind: FoundValue.Kind, raw: Span<UInt8>, text: Span<UInt8>?, isRaw: Bool = false,
        isKept: Bool = false
    ) {
        self.isRaw = isRaw
        self.isKept = isKept
        self.field = field
        self.kind = kind
        self.raw = raw
        unescaped = text
    }

    /// Whether the path finds something other than null.
    public var isPresent: Bool { kind != .nothing && kind != .null && kind != .unavailable }
    /// Whether there is a value that the event does not have: a large column that PostgreSQL did not log again (TOAST). A
    /// hash's `set` leaves such a field as it is.
    public var isUnavailable: Bool { kind == .unavailable }
    /// Whether it finds null.
    public var isNull: Bool { kind == .null }

    /// The bytes as they came: a string's without its quotes and with its escapes, an object's with its brackets.
    public var bytes: Span<UInt8> {
        @_lifetime(copy self)
        get { raw }
    }

    /// The text of a string, number or boolean.
    @_lifetime(copy self)
    public func text() throws(ProjectionError) -> Span<UInt8> {
        switch kind {
        case .string, .number, .yes, .no: return raw
        case .escapedString:
            guard let unescaped else { throw fault("it has an unpaired surrogate escape") }
            return unescaped
        case .nothing, .null, .object, .array, .unavailable: throw fault("a string, a number, true or false is needed")
        }
    }

    /// The text as a `String`, which may allocate; not for each event of a fast stream.
    public func string() throws(ProjectionError) -> String { try text().readable }

    /// The number times 10^scale, which must be an integer by value within ±2^53: `12.34` with scale 2 is 1234.
    public func integer(scale: Int = 0) throws(ProjectionError) -> Int64 {
        guard kind == .number, let decimal = ExactDecimal(raw) else { throw fault("a number is needed") }
        guard let integer = decimal.integer(scale: scale) else {
            let what = "an integer within ±2^53 is needed"
            throw fault(scale == 0 ? what : "\(what) after multiplying by 10^\(scale)")
        }
        return integer
    }

    /// The nearest double; for `raise`, `lower` and scores, not for sums.
    public func double() throws(ProjectionError) -> Double {
        guard kind == .number, let decimal = ExactDecimal(raw) else { throw fault("a number is needed") }
        guard let double = nearestDouble(raw, decimal) else { throw fault("it is beyond what a double can hold") }
        return double
    }

    /// A time in milliseconds since 1970: RFC 3339, or a number (seconds below 10^11, milliseconds below 10^14,
    /// microseconds below 10^17, else nanoseconds).
    public func time() throws(ProjectionError) -> Int64 {
        var time: Int64?
        switch kind {
        case .string: time = EventTime.milliseconds(raw)
        case .escapedString: if let unescaped { time = EventTime.milliseconds(unescaped) }
        case .number: if let decimal = ExactDecimal(raw) { time = EventTime.milliseconds(decimal) }
        default: break
        }
        guard let time else { throw fault("a time is needed: \(EventTime.remedy)") }
        return time
    }

    /// true or false.
    public func boolean() throws(ProjectionError) -> Bool {
        guard kind == .yes || kind == .no else { throw fault("true or false is needed") }
        return kind == .yes
    }

    /// Whether it is a string, number or boolean with this text.
    public static func == (value: FieldValue, text: StaticString) -> Bool {
        let bytes: Span<UInt8>
        switch value.kind {
        case .string, .number, .yes, .no: bytes = value.raw
        case .escapedString:
            guard let unescaped = value.unescaped else { return false }
            bytes = unescaped
        case .nothing, .null, .object, .array, .unavailable: return false
        }
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in bytes.indices where unsafe bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    public static func != (value: FieldValue, text: StaticString) -> Bool { !(value == text) }

    /// For `switch event[type] { case "OrderPlaced": … }`.
    public static func ~= (text: StaticString, value: FieldValue) -> Bool { value == text }

    func fault(_ what: String) -> ProjectionError {
        switch kind {
        case .nothing: return ProjectionError("\(field) finds nothing")
        case .null: return ProjectionError("\(field) is null; \(what)")
        case .unavailable:
            return ProjectionError(
                "\(field) is not in the event: PostgreSQL did not log it again, since it had not changed (TOAST); \(what); "
                    + "`ALTER TABLE … REPLICA IDENTITY FULL` makes it part of every event")
        default:
            let shown = raw.extracting(first: min(raw.count, 60)).readable
            return ProjectionError("\(field) is \(shown)\(raw.count > 60 ? "…" : ""); \(what)")
        }
    }
}
