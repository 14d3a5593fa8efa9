import Bytes
import Formats
import Projections

/// What an event's value is, and all that paths can find in it.
enum SampledValue {
    case tombstone
    /// What a schema registry's serializer writes: 0, then the schema's number in four bytes.
    case frame(schema: UInt32)
    /// Not one JSON text.
    case other(reason: String)
    case json(FoundValue.Kind, [Leaf])

    /// What a path finds.
    struct Leaf {
        /// `a.b`, without `$.`.
        let path: ExactText
        let kind: FoundValue.Kind
        /// Its text: a string without its quotes and escapes, otherwise the bytes as they came. Empty for a string whose
        /// escapes mean nothing.
        let text: [UInt8]
        /// Whether it is a string whose escapes mean nothing, such as half of a surrogate pair.
        let isFaulty: Bool
    }
}

/// Takes values apart as the worker's own reader sees them.
struct SampledValueReader: ~Copyable {
    /// So deep paths are looked at.
    private static let depth = 3

    private var decoder = JSONValueDecoder(paths: [], wantsMembers: true)
    private var decoded = DecodedValue(pathCount: 0)

    mutating func read(_ value: [UInt8]?) -> SampledValue {
        guard let value else { return .tombstone }
        if let fault = decoder.decode(value.span, into: &decoded) {
            if value.count >= 5, value[0] == 0 {
                return .frame(schema: value[1..<5].reduce(0) { $0 << 8 | UInt32($1) })
            }
            guard case .notJSON(let reason, _) = fault else { return .other(reason: "a name occurs twice") }
            return .other(reason: reason.rawValue)
        }
        let kind = decoded.whole.kind
        var leaves: [SampledValue.Leaf] = []
        if kind == .object { collect(value, prefix: "", depth: 1, into: &leaves) }
        return .json(kind, leaves)
    }

    /// The members of the object that was decoded last, and what is in them.
    private mutating func collect(
        _ object: [UInt8], prefix: String, depth: Int, into leaves: inout [SampledValue.Leaf]
    ) {
        var inner: [(prefix: String, bytes: [UInt8])] = []
        for member in decoded.members {
            guard member.name.kind == .string else { continue }
            let name = String(decoding: object[member.name.range], as: UTF8.self)
            guard Self.isPathName(name) else { continue }
            var text = Array(object[member.value.range])
            var isFaulty = false
            if member.value.kind == .escapedString {
                var buffer = ByteBuffer()
                isFaulty = !JSONText.unescape(text.span, to: &buffer)
                text = isFaulty ? [] : buffer.array
            }
            let path = prefix + name
            let isObject = member.value.kind == .object
            leaves.append(
                .init(path: ExactText(path), kind: member.value.kind, text: isObject ? [] : text, isFaulty: isFaulty))
            if isObject, depth < Self.depth { inner.append((path + ".", text)) }
        }
        for each in inner where decoder.decode(each.bytes.span, into: &decoded) == nil {
            collect(each.bytes, prefix: each.prefix, depth: depth + 1, into: &leaves)
        }
    }

    /// Whether a path can name it and a file can have it as it is.
    static func isPathName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
                    || $0 == 0x2D
            }
    }
}
