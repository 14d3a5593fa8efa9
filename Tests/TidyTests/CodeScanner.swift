/// Takes comments and the insides of string literals out of Swift code, line by line.
struct CodeScanner {
    private enum State: Equatable {
        case code
        case comment(depth: Int)
        /// A literal over several lines, closed by `"""` and as many `#`.
        case longText(hashes: Int)
    }

    private var state = State.code

    /// The line's code; what it leaves open is remembered for the next one.
    mutating func code(of line: String) -> String {
        // Most lines have neither: they are their own code.
        if state == .code, !line.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "/") }) {
            return line
        }
        let text = Array(line.unicodeScalars)
        if state == .code, let comment = Self.beginOfComment(text) {
            return String(String.UnicodeScalarView(text[..<comment]))
        }
        var result = String.UnicodeScalarView()
        var at = 0
        while at < text.count {
            switch state {
            case .comment(let depth): at = comment(text, at, depth)
            case .longText(let hashes): at = longText(text, at, hashes)
            case .code: at = code(text, at, &result)
            }
        }
        return String(result)
    }

    /// Where `//` begins, in a line that has nothing else to look for before it.
    private static func beginOfComment(_ text: [Unicode.Scalar]) -> Int? {
        guard let first = text.firstIndex(where: { $0 == "\"" || $0 == "/" }), first + 1 < text.count else {
            return nil
        }
        return text[first] == "/" && text[first + 1] == "/" ? first : nil
    }

    private func has(_ text: [Unicode.Scalar], _ at: Int, _ word: String) -> Bool {
        guard text[at] == word.unicodeScalars.first else { return false }
        return text[at...].starts(with: word.unicodeScalars)
    }

    private mutating func comment(_ text: [Unicode.Scalar], _ at: Int, _ depth: Int) -> Int {
        if has(text, at, "*/") {
            state = depth == 1 ? .code : .comment(depth: depth - 1)
            return at + 2
        }
        if has(text, at, "/*") {
            state = .comment(depth: depth + 1)
            return at + 2
        }
        return at + 1
    }

    private mutating func longText(_ text: [Unicode.Scalar], _ at: Int, _ hashes: Int) -> Int {
        if hashes == 0, text[at] == "\\" { return at + 2 }
        let close = "\"\"\"" + String(repeating: "#", count: hashes)
        guard has(text, at, close) else { return at + 1 }
        state = .code
        return at + 3 + hashes
    }

    private mutating func code(_ text: [Unicode.Scalar], _ at: Int, _ result: inout String.UnicodeScalarView) -> Int {
        if has(text, at, "//") { return text.count }
        if has(text, at, "/*") {
            state = .comment(depth: 1)
            return at + 2
        }
        var hashes = 0
        while at + hashes < text.count, text[at + hashes] == "#" { hashes += 1 }
        guard at + hashes < text.count, text[at + hashes] == "\"" else {
            result.append(text[at])
            return at + 1
        }
        result.append(contentsOf: "\"\"".unicodeScalars)
        if has(text, at + hashes, "\"\"\"") {
            state = .longText(hashes: hashes)
            return at + hashes + 3
        }
        return shortText(text, at + hashes + 1, hashes)
    }

    /// Behind the literal that begins at `at`; what is in `\( )` is skipped with it, literals in it too.
    private func shortText(_ text: [Unicode.Scalar], _ start: Int, _ hashes: Int) -> Int {
        let marks = String(repeating: "#", count: hashes)
        var at = start
        while at < text.count {
            if has(text, at, "\\" + marks) {
                let next = at + 1 + hashes
                at = next < text.count && text[next] == "(" ? interpolation(text, next + 1) : next + 1
            } else if has(text, at, "\"" + marks) {
                return at + 1 + hashes
            } else {
                at += 1
            }
        }
        return at
    }

    private func interpolation(_ text: [Unicode.Scalar], _ start: Int) -> Int {
        var depth = 1
        var at = start
        while at < text.count, depth > 0 {
            switch text[at] {
            case "(": depth += 1
            case ")": depth -= 1
            case "\"":
                at = shortText(text, at + 1, 0)
                continue
            default: break
            }
            at += 1
        }
        return at
    }
}
