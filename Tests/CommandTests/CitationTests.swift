import Foundation
import Testing

/// What the documents name in the code, and what the code names in the documents, exists.
@Suite struct `Citations` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let catalog = root.appending(path: "Sources/Lantern/Lantern.docc")

    private struct File {
        /// Below the repository's top.
        let path: String
        let text: String
        var lines: [String] { text.components(separatedBy: "\n") }
    }

    /// The text files below a folder that have one of these extensions; those without one too, if `""` is given.
    private static func files(below folder: String, _ extensions: Set<String>) throws -> [File] {
        let names =
            FileManager.default.enumerator(atPath: root.appending(path: folder).path)?
            .compactMap { $0 as? String } ?? []
        return try names.sorted().compactMap { name in
            let url = root.appending(path: folder).appending(path: name)
            guard extensions.contains(url.pathExtension), !url.hasDirectoryPath,
                try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { return nil }
            return File(path: "\(folder)/\(name)", text: try String(contentsOf: url, encoding: .utf8))
        }
    }

    private static func article(_ name: String) throws -> String {
        try String(contentsOf: catalog.appending(path: "\(name).md"), encoding: .utf8)
    }

    private static func documents() throws -> [File] {
        [File(path: "README.md", text: try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8))]
            + (try files(below: "Sources/Lantern/Lantern.docc", ["md"]))
    }

    private static func swift() throws -> [File] {
        try files(below: "Sources", ["swift"]) + files(below: "Tests", ["swift"])
    }

    @Test func `every file and folder that a document names exists`() throws {
        var count = 0
        for document in try Self.documents() {
            for (index, line) in document.lines.enumerated() {
                for match in line.matches(of: #/(?:Sources|Tests|scripts|deploy)/[A-Za-z0-9_+./-]+/#) {
                    let path = match.0.trimmingCharacters(in: CharacterSet(charactersIn: ".,/"))
                    // Made by its reader, as the document says.
                    if path.hasPrefix("deploy/docker/secrets/") { continue }
                    let isThere = FileManager.default.fileExists(atPath: Self.root.appending(path: path).path)
                    #expect(isThere, "\(document.path):\(index + 1): \(path)")
                    count += 1
                }
            }
        }
        #expect(count > 60)
    }

    @Test func `every test that the article Internals names exists`() throws {
        var tests: Set<String> = []
        for file in try Self.files(below: "Tests", ["swift"]) {
            for match in file.text.matches(of: #/func `([^`]+)`/#) { tests.insert(String(match.1)) }
        }
        let text = try Self.article("Internals")
        let start = try #require(text.range(of: "## Faults and interleavings")).upperBound
        var count = 0
        for line in text[start...].split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            for match in (cells.last ?? "").matches(of: #/`([^`]+)`/#) {
                #expect(tests.contains(String(match.1)), "\(match.1)")
                count += 1
            }
        }
        #expect(count > 40)
    }

    @Test func `every halt code has an entry in the article Troubleshooting`() throws {
        let file = try #require(
            Self.swift().first { $0.path.hasPrefix("Sources") && $0.text.contains("struct HaltReason") })
        let start = try #require(file.text.range(of: "enum Code: String")).upperBound
        let body = file.text[start...].prefix { $0 != "}" }
        let codes = body.matches(of: #/case (\w+)(?: = "([^"]+)")?/#).map { String($0.2 ?? $0.1) }
        #expect(codes.count >= 12)
        let article = try Self.article("Troubleshooting")
        for code in codes { #expect(article.contains("### `\(code)`\n"), "\(code)") }
    }

    @Test func `every key that Lantern stores is in the article StoredKeys`() throws {
        let file = try #require(
            Self.swift().first { $0.path.hasPrefix("Sources") && $0.text.contains("struct KeySpace") })
        let short = ["projection": "P", "identifier": "ID"]
        let article = try Self.article("StoredKeys")
        var count = 0
        for match in file.text.matches(of: #/"(lantern:[^"]*)"/#) {
            let key = match.1.replacing(#/\\\((\w+)\)/#) { short[String($0.1)] ?? String($0.1).uppercased() }
            #expect(article.contains("`\(key)`"), "\(key)")
            count += 1
        }
        #expect(count >= 12)
    }

    @Test func `the index names every public type of the library and every article`() throws {
        let index = try Self.article("Lantern")
        var count = 0
        for file in try Self.files(below: "Sources/Lantern", ["swift"]) {
            let declaration = #/^public (?:final )?(?:struct|class|enum|protocol|actor|typealias) (\w+)/#
            for match in file.text.matches(of: declaration.anchorsMatchLineEndings()) {
                #expect(index.contains("- ``\(match.1)``\n"), "\(file.path): \(match.1)")
                count += 1
            }
        }
        #expect(count > 30)
        for document in try Self.documents() where document.path.hasSuffix(".md") {
            let name = document.path.split(separator: "/").last.map { String($0.dropLast(3)) } ?? ""
            guard !["README", "Lantern"].contains(name) else { continue }
            #expect(index.contains("<doc:\(name)>"), "\(name)")
        }
    }

    @Test func `every article that is linked exists`() throws {
        var count = 0
        for document in try Self.documents() {
            for match in document.text.matches(of: #/<doc:(\w+)>/#) {
                let path = Self.catalog.appending(path: "\(match.1).md").path
                #expect(FileManager.default.fileExists(atPath: path), "\(document.path): \(match.1)")
                count += 1
            }
        }
        #expect(count > 20)
    }

    @Test func `every Swift block of a document is compiled somewhere`() throws {
        let files = try Self.swift().map { file in
            "\n" + file.lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n") + "\n"
        }
        var count = 0
        for document in try Self.documents() {
            for match in document.text.matches(of: #/```swift\n([^`]+)```/#) {
                let block = match.1.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
                #expect(files.contains { $0.contains("\n" + block) }, "\(document.path): \(match.1)")
                count += 1
            }
        }
        #expect(count >= 3)
    }

    /// `Projections.md, "Values"` in a comment or message: the article, and its sections if they are named.
    @Test func `every article and section that the code names exists`() throws {
        let files =
            try Self.swift() + Self.files(below: "scripts", [""]) + Self.files(below: "deploy", ["yaml", "yml", ""])
        var count = 0
        for file in files {
            // A citation may continue in the comment's next line.
            let text = file.text.replacing(#/\n\s*//[/]? ?/#, with: " ")
            for match in text.matches(of: #/\b([A-Za-z]+)\.md\b((?:,? (?:and )?"[^"\\]+")*)/#) where match.1 != "README"
            {
                let article = try? Self.article(String(match.1))
                #expect(article != nil, "\(file.path): \(match.0)")
                for section in match.2.matches(of: #/"([^"]+)"/#) {
                    let isThere = article?.contains(try Regex("\n##+ \(section.1)\n")) == true
                    #expect(isThere, "\(file.path): \(match.0)")
                }
                count += 1
            }
            for match in text.matches(of: #/<doc:(\w+)>/#) where file.path.hasPrefix("Sources") {
                #expect((try? Self.article(String(match.1))) != nil, "\(file.path): \(match.0)")
            }
            for match in text.matches(of: #/\b(?:DESIG[N]|PROJECTION[S]|FAULT[S]) ?(?:\.md|§|,)/#) {
                Issue.record("\(file.path): \(match.0) is not in this repository")
            }
        }
        #expect(count >= 30)
    }
}
