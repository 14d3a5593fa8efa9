import Foundation

/// How many stored properties a file's types have, by counting braces.
struct TypeSize {
    struct Found: Equatable {
        let name: String
        let line: Int
        var properties = 0
    }

    static func types(of file: SourceFile) -> [Found] {
        var found: [Found] = []
        var open: [(type: Found, depth: Int)] = []
        var depth = 0
        for (index, line) in file.code.enumerated() {
            if let last = open.last, depth == last.depth, isStored(line) { open[open.count - 1].type.properties += 1 }
            let opened = line.utf8.count { $0 == UInt8(ascii: "{") }
            if opened > 0, let match = line.firstMatch(of: #/\b(?:struct|class|actor) ([A-Z]\w*)/#) {
                open.append((Found(name: String(match.1), line: index + 1), depth + 1))
            }
            depth += opened - line.utf8.count { $0 == UInt8(ascii: "}") }
            while let last = open.last, depth < last.depth { found.append(open.removeLast().type) }
        }
        return found
    }

    /// A property without a body is stored, and so is one with a value that has one.
    private static func isStored(_ line: String) -> Bool {
        guard let match = line.firstMatch(of: #/^ *(?:@?[\w()]+ )*(?:let|var) \w+(.*)$/#), !line.contains("static ")
        else {
            return false
        }
        let rest = String(match.1)
        guard let brace = rest.firstIndex(of: "{") else { return true }
        return rest[..<brace].contains("=")
    }
}
