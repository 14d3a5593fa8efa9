import Bytes

/// The keys that a view's template can make: builds them from values and parses them back.
///
/// A key belongs to a view only if it parses back through its template (Projections.md, "Keys"). Not for the hot path.
public struct KeyPattern: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal([UInt8])
        /// A placeholder; those with the same number have the same value.
        case field(Int)
        /// The start of a bucket: seconds since 1970 in decimal digits.
        case digits
    }

    var parts: [Part]
    /// How many values a key is made of: the template's placeholders, and for buckets the start.
    public let valueCount: Int

    /// The keys of `view`; for buckets the template, `:` and the bucket's start.
    public init(_ view: ViewPlan) {
        if case .buckets = view.kind { self.init(view.key, isBucket: true) } else { self.init(view.key) }
    }

    /// The keys of a template; `isBucket` adds `:` and the bucket's start.
    public init(_ template: TextTemplate, isBucket: Bool = false) {
        var parts: [Part] = []
        var sources: [ValueSource] = []
        for part in template.parts {
            switch part {
            case .literal(let text): Self.append(Array(text.utf8), to: &parts)
            case .placeholder(let source):
                let known = sources.firstIndex(of: source)
                parts.append(.field(known ?? sources.count))
                if known == nil { sources.append(source) }
            }
        }
        if isBucket {
            Self.append([UInt8(ascii: ":")], to: &parts)
            parts.append(.digits)
        }
        self.parts = parts
        valueCount = parts.count { if case .literal = $0 { false } else { true } }
    }

    /// What every key begins with.
    public var literalPrefix: [UInt8] {
        if case .literal(let text)? = parts.first { text } else { [] }
    }

    /// A pattern for SCAN MATCH that lets all keys of the view through (and others: parse what comes).
    public var scanPattern: [UInt8] {
        var pattern: [UInt8] = []
        for byte in literalPrefix {
            if "*?[]\\^-".utf8.contains(byte) { pattern.append(UInt8(ascii: "\\")) }
            pattern.append(byte)
        }
        return parts.count > 1 ? pattern + [UInt8(ascii: "*")] : pattern
    }

    /// The key made of the placeholders' values in their order (for buckets the start behind them); nil if their
    /// number differs, one is empty, the start is not a number, or a placeholder that occurs twice gets two values.
    public func key(from values: [String]) -> [UInt8]? { key(from: values.map { Array($0.utf8) }) }

    /// The same from bytes: record keys need not be UTF-8.
    public func key(from values: [[UInt8]]) -> [UInt8]? {
        guard values.count == valueCount else { return nil }
        var rest = values[...]
        var seen: [Int: [UInt8]] = [:]
        var key = ByteBuffer()
        for part in parts {
            switch part {
            case .literal(let text): key.append(text)
            case .field(let number):
                let value = rest.removeFirst()
                guard !value.isEmpty, seen[number, default: value] == value else { return nil }
                seen[number] = value
                KeyEscape.append(value.span, to: &key)
            case .digits:
                let value = rest.removeFirst()
                guard Self.isStart(value) else { return nil }
                key.append(value)
            }
        }
        return key.array
    }

    /// The values that `key` is made of, unescaped, in the template's order; nil if it is not a key of this pattern.
    public func parse(_ key: Span<UInt8>) -> [[UInt8]]? {
        var values: [[UInt8]] = []
        var seen: [Int: [UInt8]] = [:]
        var at = 0
        var index = 0
        while index < parts.count {
            if case .literal(let text) = parts[index] {
                guard at + text.count <= key.count, key.extracting(at..<at + text.count).isEqual(to: text.span) else {
                    return nil
                }
                at += text.count
                index += 1
                continue
            }
            let end = valueEnd(key, from: at, after: index)
            guard end > at else { return nil }
            let raw = key.extracting(at..<end)
            if case .field(let number) = parts[index] {
                guard let value = KeyEscape.text(of: raw), seen[number, default: value] == value else { return nil }
                seen[number] = value
                values.append(value)
            } else {
                guard Self.isStart(raw.array) else { return nil }
                values.append(raw.array)
            }
            at = end
            index += 1
        }
        return at == key.count ? values : nil
    }

    /// Where the value that begins at `start` ends. It contains no `:`, and the next literal has one unless it is the
    /// last part, so there is one place only: the literal's text up to its first `:` precedes the key's next one.
    private func valueEnd(_ key: Span<UInt8>, from start: Int, after index: Int) -> Int {
        guard index + 1 < parts.count else { return key.count }
        guard case .literal(let next) = parts[index + 1] else { return start }
        if index + 2 == parts.count { return key.count - next.count }
        guard let colon = next.firstIndex(of: UInt8(ascii: ":")) else { return start }
        var end = start
        while end < key.count, key[end] != UInt8(ascii: ":") { end += 1 }
        return end - colon
    }

    private static func append(_ text: [UInt8], to parts: inout [Part]) {
        if case .literal(let before)? = parts.last {
            parts[parts.count - 1] = .literal(before + text)
        } else {
            parts.append(.literal(text))
        }
    }

    private static func isStart(_ text: [UInt8]) -> Bool {
        guard let first = text.first, text.count <= 19 else { return false }
        return text.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            && (first != UInt8(ascii: "0") || text.count == 1)
    }
}
