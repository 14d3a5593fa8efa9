import Bytes
import Seeded

/// Random JSON texts over a few names, awkward ones among them, and random damage to them.
struct RandomText {
    var random: SplitMix64

    private static let names = [
        "a", "b", "\\u0061", "a.b", "", "longer than eight bytes", "longer than eight byteS", "\\ud83d\\ude00", "😀",
        "\\ud800", "é", "e\u{301}", "c\\n", "\\\"", "b\\u0000",
    ]
    private static let strings = [
        "", "x", "text", "\\\"", "\\\\", "\\/\\b\\f\\n\\r\\t", "\\u00e9", "\\ud83d", "ü\u{7f}€😀", "{[", "}]", ",:",
        "\\\\\\\\", "0123456789012345678901234567890123456789012345678901234567890123456789",
    ]
    private static let scalars = [
        "0", "-0", "1", "-12.50", "1E+5", "1e-300", "123456789012345678901234567890.5", "true", "false", "null",
    ]
    private static let damage: [[UInt8]] =
        (["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\x", "0", "-", ".", "e", "t", "true", " ", "\n"]
        + ["\"a\":1,", "\u{0C}", "\u{1A}", "\u{1F}", "\0", "\u{7F}", "/**/", "é", "[[", "{}"]).map { Array($0.utf8) }
        + [[0x80], [0xC0], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5], [0xEF, 0xBB, 0xBF]]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func text() -> [UInt8] {
        let top = Int.random(in: 0..<12, using: &random)
        var bytes = Array((blank() + (top == 0 ? value(3) : object(4)) + blank()).utf8)
        for _ in 0..<[0, 0, 1, 1, 2, 5].randomElement(using: &random)! { mutate(&bytes) }
        return bytes
    }

    private mutating func blank() -> String {
        ["", "", "", " ", "\n\t", " \r\n "].randomElement(using: &random)!
    }

    private mutating func object(_ depth: Int) -> String {
        var members: [String] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let name = Self.names.randomElement(using: &random)!
            members.append(blank() + "\"\(name)\"" + blank() + ":" + blank() + value(depth - 1) + blank())
        }
        return "{" + (members.isEmpty ? blank() : members.joined(separator: ",")) + "}"
    }

    private mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &random) {
        case 0...2: return "\"" + Self.strings.randomElement(using: &random)! + "\""
        case 3...5: return Self.scalars.randomElement(using: &random)!
        case 6:
            return "["
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth - 1) }
                .joined(separator: "," + blank()) + "]"
        default: return object(depth)
        }
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, at + Int.random(in: 0...4, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes.removeSubrange(at..<end)
        case 1: bytes.removeSubrange(at...)
        case 2: bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
        case 3: bytes.replaceSubrange(at..<end, with: Self.damage.randomElement(using: &random)!)
        default: bytes.insert(contentsOf: Self.damage.randomElement(using: &random)!, at: at)
        }
    }
}
