/// What was found at one path of an event: its kind, and where its bytes are.
///
/// Bytes of JSON: a string's range excludes its quotes, an object's or array's range includes its brackets, and all of it
/// was checked in full by the decoder (escapes, numbers and nested JSON are well formed), but for unpaired surrogates,
/// which make an event bad only if the text is needed.
@frozen
public struct FoundValue: Sendable, Equatable {
    @frozen
    public enum Kind: UInt8, Sendable {
        /// The path finds nothing.
        case nothing
        case null
        /// A string without escapes: its bytes are its text.
        case string
        /// A string with at least one backslash.
        case escapedString
        case number
        case yes
        case no
        case object
        case array
        /// There is a value, but the event does not have it: Debezium's placeholder for what PostgreSQL did not log.
        case unavailable
    }

    /// Which bytes the range is of.
    @frozen
    public enum Place: UInt8, Sendable {
        case value
        case key
        /// What the decoder wrote beside the event: ``Event/converted``.
        case converted
    }

    public var kind: Kind
    public var place: Place
    public var start: UInt32
    public var count: UInt32

    @inlinable
    public init(_ kind: Kind = .nothing, at place: Place = .value, start: UInt32 = 0, count: UInt32 = 0) {
        self.kind = kind
        self.place = place
        self.start = start
        self.count = count
    }

    @inlinable public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
