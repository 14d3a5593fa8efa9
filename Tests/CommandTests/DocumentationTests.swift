import CommandLine
import Configuration
import Foundation
import Testing

@testable import LanternCommand

/// What a reader copies out of the README and the articles must work as it stands.
@Suite struct `The documents` {
    private static let environment = ["KAFKA_PASSWORD": "secret", "HOSTNAME": "worker-1"]

    private struct Document {
        let name: String
        let lines: [String]

        /// The fenced blocks of one language, with the line on which each begins.
        func blocks(_ language: String) -> [(line: Int, text: String)] {
            var found: [(line: Int, text: String)] = []
            var open: (line: Int, lines: [String])?
            for (index, line) in lines.enumerated() {
                if let block = open {
                    if line == "```" {
                        found.append((block.line, block.lines.joined(separator: "\n") + "\n"))
                        open = nil
                    } else {
                        open?.lines.append(line)
                    }
                } else if line == "```" + language {
                    open = (index + 2, [])
                }
            }
            return found
        }
    }

    private func documents() throws -> [Document] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let catalog = root.appending(path: "Sources/Lantern/Lantern.docc")
        let articles = try FileManager.default.contentsOfDirectory(at: catalog, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }
        return try ([root.appending(path: "README.md")] + articles).map { file in
            Document(
                name: file.lastPathComponent,
                lines: try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n"))
        }
    }

    @Test func `every YAML block is a file that validates`() throws {
        // A block that shows one part of a file is completed with the least that a file needs.
        let needed = [
            ("kafka:", "kafka: { bootstrap.servers: broker }"), ("redis:", "redis: redis://localhost"),
            (
                "projections:",
                "projections: { p: { version: 1, topics: [t], views: { v: { counter: \"v\", events: { \"*\": { increment: 1 } } } } } }"
            ),
        ]
        var count = 0
        for document in try documents() {
            for block in document.blocks("yaml") {
                let lines = block.text.components(separatedBy: "\n")
                let missing = needed.filter { need in !lines.contains { $0.hasPrefix(need.0) } }.map(\.1)
                let text = block.text + missing.joined(separator: "\n") + "\n"
                let place = "\(document.name):\(block.line)"
                #expect(throws: Never.self, "\(place)") {
                    let read = try Configuration.parse(text: text, file: place, environment: Self.environment)
                    #expect(read.warnings.isEmpty, "\(place): \(read.warnings)")
                }
                count += 1
            }
        }
        #expect(count >= 4)
    }

    @Test func `every command line in a block is one that the parser takes`() throws {
        var count = 0
        for document in try documents() {
            for (index, line) in document.lines.enumerated() {
                guard let range = line.firstRange(of: #/^ {4}(\.build/release/)?lantern /#) else { continue }
                let command = line[range.upperBound...].split(whereSeparator: { "|>#".contains($0) })[0]
                let words = command.split(separator: " ").map(String.init)
                #expect(throws: Never.self, "\(document.name):\(index + 1): \(line)") {
                    if case .command(let parsed) = try CommandParser(CommandTree.root).parse(words) {
                        _ = try CommandTree.command(for: parsed)
                    }
                }
                count += 1
            }
        }
        #expect(count >= 8)
    }

    @Test func `every command and option that a sentence names is there`() throws {
        var count = 0
        for document in try documents() {
            for (index, line) in document.lines.enumerated() {
                for match in line.matches(of: #/`lantern ([a-z][^`]*)`/#) {
                    var spec = CommandTree.root
                    let words = match.1.split(separator: " ").map(String.init)
                    var rest = words[...]
                    let place = "\(document.name):\(index + 1): \(match.0)"
                    while !spec.subcommands.isEmpty, let word = rest.popFirst() {
                        spec = try #require(spec.subcommands.first { $0.name == word }, "\(place)")
                    }
                    for word in rest where word.hasPrefix("--") {
                        #expect(spec.options.contains { "--" + $0.name == word }, "\(place): \(word)")
                    }
                    count += 1
                }
            }
        }
        #expect(count >= 8)
    }
}
