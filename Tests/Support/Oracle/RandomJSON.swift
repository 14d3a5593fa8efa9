import Bytes
import Seeded

/// JSON to be written in one of the many ways in which the same value may be.
indirect enum RandomJSON {
    case string(String)
    /// Bytes written as they are: a number, a word, a string with awkward escapes.
    case raw(String)
    case array([RandomJSON])
    case object([(String, RandomJSON)])

    func write(into bytes: inout [UInt8], _ random: inout SplitMix64) {
        switch self {
        case .string(let text): Self.write(text, into: &bytes, &random)
        case .raw(let text): bytes += Array(text.utf8)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.blank(into: &bytes, &random)
                element.write(into: &bytes, &random)
                Self.blank(into: &bytes, &random)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            Self.blank(into: &bytes, &random)
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.blank(into: &bytes, &random)
                Self.write(member.0, into: &bytes, &random)
                Self.blank(into: &bytes, &random)
                bytes.append(UInt8(ascii: ":"))
                Self.blank(into: &bytes, &random)
                member.1.write(into: &bytes, &random)
                Self.blank(into: &bytes, &random)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    static func blank(into bytes: inout [UInt8], _ random: inout SplitMix64) {
        while random.chance(12) { bytes.append(random.pick([0x20, 0x20, 0x0A, 0x0D, 0x09])) }
    }

    private static func write(_ text: String, into bytes: inout [UInt8], _ random: inout SplitMix64) {
        let escapes = random.chance(12)
        bytes.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += Array("\\\"".utf8)
            case "\\": bytes += Array("\\\\".utf8)
            case "\n" where random.chance(50): bytes += Array("\\n".utf8)
            case "/" where random.chance(50): bytes += Array("\\/".utf8)
            case _ where scalar.value < 0x20 || (escapes && random.chance(40)):
                for unit in String(Character(scalar)).utf16 {
                    let hex = String(unit, radix: 16, uppercase: random.chance(50))
                    bytes +=
                        Array("\\u".utf8) + Array(String(repeating: "0", count: 4 - hex.count).utf8) + Array(hex.utf8)
                }
            default: bytes += Array(String(Character(scalar)).utf8)
            }
        }
        bytes.append(0x22)
    }
}
