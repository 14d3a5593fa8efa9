public import Bytes

/// One entry of a projection's stream of changes: the Redis keys of the rows that one transaction changed.
///
/// As text: `12:order:o-1712:order:o-18`, each key after its length in bytes, under the field `rows`.
public struct ChangeEntry: Sendable, Equatable {
    public static let field: StaticString = "rows"

    public var keys: [[UInt8]]

    public init(keys: [[UInt8]]) { self.keys = keys }

    /// Whether a key is one of Lantern's own, which no reader is told of.
    @inlinable
    public static func isOwn(_ key: Span<UInt8>) -> Bool {
        key.count > 8 && key.extracting(0..<8).isEqual(to: "lantern:")
    }

    /// Reads the value of the field; nil if it is not such a text.
    public init?(text: [UInt8]) {
        var keys: [[UInt8]] = []
        var at = 0
        while at < text.count {
            var count = 0
            var digits = 0
            while at < text.count, (0x30...0x39).contains(text[at]), digits < 7 {
                count = count * 10 + Int(text[at] - 0x30)
                digits += 1
                at += 1
            }
            guard digits > 0, at < text.count, text[at] == UInt8(ascii: ":"), count <= text.count - at - 1 else {
                return nil
            }
            keys.append(Array(text[(at + 1)..<(at + 1 + count)]))
            at += 1 + count
        }
        self.keys = keys
    }
}
