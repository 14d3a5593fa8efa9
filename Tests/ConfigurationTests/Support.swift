import Configuration
import Projections
import Testing

/// The path of a file of this repository.
func repositoryFile(_ path: String) -> String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/") + "/" + path
}

/// A file's text with `projections:` below what every file needs; its first line is line 3.
func file(_ projections: String) -> String {
    "kafka: { bootstrap.servers: b }\nredis: redis://r\n" + projections
}

/// A view of projection `p` on topic `t` with `key: $.id` and `type: $.type`; the view's first line is line 10, and its
/// first column 9.
func view(_ lines: String, topics: String = "{ t: { key: $.id } }", type: Bool = true) -> String {
    let body = lines.split(separator: "\n", omittingEmptySubsequences: false).map { "        \($0)" }
    return file(
        """
        projections:
          p:
            version: 1
            topics: \(topics)
            \(type ? "type: $.type" : "unknown: ignore")
            views:
              v:
        \(body.joined(separator: "\n"))
        """)
}

func parse(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
    try Configuration.parse(text: text, file: "f", environment: environment)
}

/// What is wrong with `text`, a line each; empty if it is right.
func faults(_ text: String, _ environment: [String: String] = [:]) -> [String] {
    do {
        _ = try Configuration.parse(text: text, file: "f", environment: environment)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

/// `text` has exactly one fault, at `place`, whose message holds `words`.
func expectFault(
    _ text: String, at place: String, _ words: String..., environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let found = faults(text, environment)
    #expect(found.count == 1, "\(found)", sourceLocation: sourceLocation)
    for fault in found.prefix(1) {
        #expect(fault.hasPrefix("f:\(place): "), "\(fault)", sourceLocation: sourceLocation)
        for word in words { #expect(fault.contains(word), "\(fault)", sourceLocation: sourceLocation) }
    }
}

/// The one view of ``view(_:topics:type:)``.
func plan(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> ViewPlan {
    try #require(try parse(text).projections.first?.views.first, sourceLocation: sourceLocation)
}
