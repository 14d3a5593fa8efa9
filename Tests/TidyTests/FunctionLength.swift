/// How long a file's functions are, by counting braces.
struct FunctionLength {
    /// A function and its lines, the first and the last included.
    struct Function: Equatable {
        let name: String
        let line: Int
        let count: Int
    }

    /// All functions, initializers and deinitializers with a body.
    static func functions(of file: SourceFile) -> [Function] {
        var found: [Function] = []
        var open: [(name: String, line: Int, depth: Int)] = []
        var pending: (name: String, line: Int, parentheses: Int)?
        var depth = 0
        for (index, line) in file.code.enumerated() {
            if let name = declared(in: line) { pending = (name, index + 1, 0) }
            for byte in line.utf8 {
                switch byte {
                case UInt8(ascii: "("): pending?.parentheses += 1
                case UInt8(ascii: ")"): pending?.parentheses -= 1
                case UInt8(ascii: "{"):
                    depth += 1
                    if let start = pending, start.parentheses <= 0 {
                        open.append((start.name, start.line, depth))
                        pending = nil
                    }
                case UInt8(ascii: "}"):
                    if let last = open.last, last.depth == depth {
                        open.removeLast()
                        found.append(Function(name: last.name, line: last.line, count: index + 2 - last.line))
                    }
                    depth -= 1
                default: break
                }
            }
        }
        return found
    }

    /// The name of the function that a line declares; a requirement without a body is forgotten at the next one.
    private static func declared(in line: String) -> String? {
        guard line.utf8.contains("func".utf8) || line.utf8.contains("init".utf8) else { return nil }
        let words = line.split(whereSeparator: { $0 == " " || $0 == "(" || $0 == "<" })
        for (index, word) in words.enumerated() {
            switch word {
            case "func": return index + 1 < words.count ? String(words[index + 1]) : "func"
            case "init", "init?", "deinit":
                let isCall = words[..<index].contains { ["=", "return", "try", "self.", "super."].contains($0) }
                return isCall ? nil : String(word)
            default: continue
            }
        }
        return nil
    }
}
