import Bytes
import Projections

/// A small decoder of well-formed JSON, for tests of the fold alone.
struct TestDecoder {
    let bytes: [UInt8]
    var at = 0

    indirect enum Node {
        case leaf(FoundValue)
        case object(FoundValue, [(name: FoundValue, value: Node)])

        var slot: FoundValue {
            switch self {
            case .leaf(let slot): slot
            case .object(let slot, _): slot
            }
        }
    }

    static func decode(_ bytes: [UInt8], _ plan: ProjectionPlan, into decoded: inout DecodedValue) {
        var decoder = TestDecoder(bytes: bytes)
        let top = decoder.value()
        decoded.whole = top.slot
        decoded.members = []
        if case .object(_, let members) = top {
            for member in members { decoded.members.append(.init(name: member.name, value: member.value.slot)) }
        }
        decoded.repeatsName = repeatsName(decoded.members.map { Array(bytes[$0.name.range]) })
        for (index, path) in plan.paths.enumerated() {
            var node: Node? = top
            for name in path.members {
                guard case .object(_, let members)? = node else {
                    node = nil
                    break
                }
                node = members.first { Array(bytes[$0.name.range]) == Array(name.utf8) }?.value
            }
            decoded.found[index] = node?.slot ?? FoundValue()
        }
    }

    /// Whether a name occurs twice; one with half a character is compared as it is written.
    private static func repeatsName(_ names: [[UInt8]]) -> Bool {
        var texts: Set<[UInt8]> = []
        for name in names {
            var text = ByteBuffer()
            let isText = JSONText.unescape(name.span, to: &text)
            texts.insert(isText ? text.array : name)
        }
        return texts.count < names.count
    }

    private mutating func blanks() {
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private mutating func string() -> FoundValue {
        at += 1
        let start = at
        var kind = FoundValue.Kind.string
        while bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") {
                kind = .escapedString
                at += 1
            }
            at += 1
        }
        at += 1
        return FoundValue(kind, start: UInt32(start), count: UInt32(at - 1 - start))
    }

    private mutating func value() -> Node {
        blanks()
        defer { blanks() }
        let start = at
        func slot(_ kind: FoundValue.Kind) -> FoundValue {
            FoundValue(kind, start: UInt32(start), count: UInt32(at - start))
        }
        switch bytes[at] {
        case UInt8(ascii: "{"):
            var members: [(name: FoundValue, value: Node)] = []
            at += 1
            blanks()
            while bytes[at] != UInt8(ascii: "}") {
                blanks()
                let name = string()
                blanks()
                at += 1
                members.append((name, value()))
                if bytes[at] == UInt8(ascii: ",") { at += 1 }
            }
            at += 1
            return .object(slot(.object), members)
        case UInt8(ascii: "["):
            at += 1
            blanks()
            while bytes[at] != UInt8(ascii: "]") {
                _ = value()
                if bytes[at] == UInt8(ascii: ",") { at += 1 }
            }
            at += 1
            return .leaf(slot(.array))
        case UInt8(ascii: "\""): return .leaf(string())
        default:
            while at < bytes.count, !",]} \n\r\t".utf8.contains(bytes[at]) { at += 1 }
            switch bytes[start] {
            case UInt8(ascii: "t"): return .leaf(slot(.yes))
            case UInt8(ascii: "f"): return .leaf(slot(.no))
            case UInt8(ascii: "n"): return .leaf(slot(.null))
            default: return .leaf(slot(.number))
            }
        }
    }
}
