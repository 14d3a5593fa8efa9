public import Projections

/// A schema that was fetched from a registry, as it is kept: with it events can be read when the registry is away.
///
/// As text: `AVRO 45 120 300`, a line end, then the schema of 45 bytes and those that it refers to, of 120 and 300 bytes.
public struct StoredSchema: Sendable, Equatable {
    public var schema: WriterSchema

    public init(_ schema: WriterSchema) { self.schema = schema }

    public var text: [UInt8] {
        let texts = ([schema.text] + schema.references).map { Array($0.utf8) }
        let line = ([schema.kind.rawValue] + texts.map { "\($0.count)" }).joined(separator: " ")
        return Array("\(line)\n".utf8) + texts.joined()
    }

    /// Reads the text; nil if it is not one.
    public init?(text: [UInt8]) {
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let words = String(decoding: text[..<end], as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard let first = words.first, let kind = WriterSchema.Kind(rawValue: String(first)), words.count > 1 else {
            return nil
        }
        var texts: [String] = []
        var at = end + 1
        for word in words.dropFirst() {
            guard let count = Int(word), count >= 0, count <= text.count - at,
                let part = String(validating: text[at..<at + count], as: UTF8.self)
            else { return nil }
            texts.append(part)
            at += count
        }
        guard at == text.count else { return nil }
        schema = WriterSchema(kind, texts[0], references: Array(texts.dropFirst()))
    }
}
