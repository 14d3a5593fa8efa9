/// What the decoder found at one path of an event's JSON value: its kind, and where its bytes are in the value.
///
/// A string's range excludes its quotes. An object's or array's range includes its brackets. Its bytes were
/// checked in full by the decoder (escapes, numbers and nested JSON are well formed), but for unpaired surrogates,
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
    }

    public var kind: Kind
    public var start: UInt32
    public var count: UInt32

    @inlinable
    public init(_ kind: Kind = .nothing, start: UInt32 = 0, count: UInt32 = 0) {
        self.kind = kind
        self.start = start
        self.count = count
    }

    @inlinable public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
