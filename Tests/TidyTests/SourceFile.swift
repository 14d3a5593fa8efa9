import Foundation

/// A Swift file of this repository, as the tidy tests read it.
struct SourceFile: Sendable, CustomStringConvertible {
    /// Below the repository's top, such as `Sources/Kafka/Consumer.swift`.
    let path: String
    /// Its lines as they are.
    let lines: [String]
    /// Its lines without comments and without what string literals say.
    let code: [String]

    /// The folder of this repository.
    static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let sources = Result { try read(below: "Sources") }
    private static let ofTests = Result { try read(below: "Tests") }

    /// All Swift files below `Sources`, sorted; read once.
    static func all() throws -> [SourceFile] {
        try sources.get()
    }

    /// All Swift files below `Tests`, sorted; read once.
    static func tests() throws -> [SourceFile] {
        try ofTests.get()
    }

    private static func read(below folder: String) throws -> [SourceFile] {
        let root = top.appendingPathComponent(folder)
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
            return SourceFile(path: "\(folder)/\(name)", text: text)
        }
    }

    init(path: String, text: String) {
        self.path = path
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var scanner = CodeScanner()
        self.code = lines.map { scanner.code(of: $0) }
    }

    /// The module: the folder below `Sources` or `Tests`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    var description: String { path }

    /// What it imports, with the line's number from 1.
    var imports: [(line: Int, module: String)] {
        code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ").map(String.init)
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
            let modifiers: Set = [
                "public", "package", "internal", "private", "fileprivate", "@testable", "@preconcurrency",
            ]
            guard words[..<at].allSatisfy({ modifiers.contains($0) || $0.hasPrefix("@") }) else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[at + 1]) ? words.dropFirst(at + 2).first : words[at + 1]
            return name.map { (index + 1, String($0.prefix { $0 != "." })) }
        }
    }
}
