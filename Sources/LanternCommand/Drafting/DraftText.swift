import CommandLine
import System

/// Words of a draft as YAML and as comments.
enum DraftText {
    /// A key or value: as it is if that is plain YAML, otherwise in quotes.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                    || "._-".utf8.contains($0)
            } && text.utf8.first.map { $0 != 0x2D && $0 != 0x2E } == true && !["null", "Null", "NULL"].contains(text)
        return isPlain ? text : quoted(text)
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// One line for a comment: nothing in it ends the line.
    static func comment(_ text: String) -> String {
        let visible = TerminalText.visible(text)
        return visible.count <= 160 ? visible : visible.prefix(159) + "…"
    }

    /// A text of several sentences as lines for comments.
    static func comments(_ text: String) -> [String] {
        var lines: [String] = [""]
        for word in TerminalText.visible(text).prefix(1_000).split(separator: " ") {
            if !lines[lines.count - 1].isEmpty, lines[lines.count - 1].count + word.count > 105 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }

    /// `30,000`
    static func count(_ number: Int) -> String { HumanNumber.grouped(Int64(number)) }

    static func counted(_ number: Int, _ what: String) -> String { "\(count(number)) \(what)\(number == 1 ? "" : "s")" }

    /// `customerId` and `customer_id` as `customer-id`: lower-case letters, digits and dashes.
    static func slug(_ text: String) -> String {
        var slug = ""
        var previousIsLower = false
        for scalar in text.unicodeScalars {
            let isUpper = (0x41...0x5A).contains(scalar.value)
            let isLower = (0x61...0x7A).contains(scalar.value) || (0x30...0x39).contains(scalar.value)
            if isUpper, previousIsLower { slug += "-" }
            if isUpper || isLower { slug += String(scalar).lowercased() } else if !slug.hasSuffix("-") { slug += "-" }
            previousIsLower = isLower
        }
        let trimmed = slug.drop { $0 == "-" }
        let end = trimmed.lastIndex { $0 != "-" }
        return end.map { String(trimmed[...$0]) } ?? "topic"
    }

    /// `orders` as `order`; what is not a plural stays.
    static func singular(_ word: String) -> String {
        if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3) + "y" }
        for end in ["sses", "xes", "ches", "shes"] where word.hasSuffix(end) { return String(word.dropLast(2)) }
        let isPlural = word.count > 3 && word.hasSuffix("s") && !["ss", "us", "is"].contains { word.hasSuffix($0) }
        return isPlural ? String(word.dropLast()) : word
    }
}
