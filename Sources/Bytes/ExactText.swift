/// Text that equals only text of the same bytes.
///
/// `String` compares by canonical equivalence: a composed and a decomposed `é` are equal, and so are `K` and the Kelvin sign.
/// Producers, Kafka and Redis compare bytes, so whatever a user or a producer named is compared and looked up as this.
public struct ExactText: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text as it came.
    public let text: String

    /// Wraps `text`; its bytes are not changed.
    @inlinable public init(_ text: String) { self.text = text }

    public var description: String { text }

    public static func == (first: ExactText, second: ExactText) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    /// Orders by bytes, which for UTF-8 is the order of the code points.
    public static func < (first: ExactText, second: ExactText) -> Bool {
        first.text.utf8.lexicographicallyPrecedes(second.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }
}

extension String {
    /// Whether both have the same bytes; see ``ExactText``.
    public func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// In JSON a dictionary of these is an object, as one of `String` is.
extension ExactText: CodingKeyRepresentable, Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public var codingKey: any CodingKey { Key(stringValue: text) }

    public init(codingKey: some CodingKey) { self.init(codingKey.stringValue) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
