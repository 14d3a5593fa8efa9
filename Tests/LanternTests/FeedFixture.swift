import Configuration
import Formats
import Foundation
import Projections
import Testing

@testable import Lantern

/// A projection `feed` with one topic `t`, from YAML, and events for it.
enum Feed {
    static func file(_ topic: String, _ views: String, more: String = "") -> String {
        let body = views.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)" }
        return """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              feed:
                version: 1
                topics: { t: \(topic) }
            \(more.isEmpty ? "" : "    " + more + "\n")\
                views:
            \(body.joined(separator: "\n"))
            """
    }

    static func plan(_ topic: String, _ views: String, more: String = "") throws -> ProjectionPlan {
        try #require(Configuration.parse(text: file(topic, views, more: more), file: "f").projections.first)
    }

    static func test(_ topic: String, _ views: String, more: String = "") throws -> ProjectionTest {
        ProjectionTest(makeProjector(try plan(topic, views, more: more)))
    }

    /// What is wrong with such a file, a line each.
    static func faults(_ topic: String, _ views: String, more: String = "") -> [String] {
        do {
            return try Configuration.parse(text: file(topic, views, more: more), file: "f").warnings.map(\.description)
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    /// What Debezium 3.3.1 wrote for the changes of a table (Fixtures/README.md), partition by partition.
    static func events(of topic: String) throws -> [TestEvent] {
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let text = try String(contentsOfFile: path + "/Fixtures/debezium.ndjson", encoding: .utf8)
        return try text.split(separator: "\n").filter { $0.hasPrefix("{\"@topic\":\"\(topic)\"") }.map { line in
            let mark = try #require(line.range(of: ",\"@value\":"))
            let head = try JSONDecoder().decode(Head.self, from: Data((line[..<mark.lowerBound] + "}").utf8))
            let value = line[mark.upperBound...].dropLast()
            var event = TestEvent(
                key: head.key, String(value),
                headers: (head.headers ?? [:]).sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
            if value == "null" { event.value = nil }
            return event
        }
    }

    private struct Head: Decodable {
        let key: String?
        let headers: [String: String?]?

        enum CodingKeys: String, CodingKey {
            case key = "@key"
            case headers = "@headers"
        }
    }
}

extension TestEvent {
    /// The same without Connect's `{schema, payload}`, as with schemas.enable=false.
    var withoutSchema: TestEvent {
        var event = self
        event.value = value.map(Self.payload)
        event.key = key.map(Self.payload)
        return event
    }

    private static func payload(_ text: String) -> String {
        guard let mark = text.range(of: ",\"payload\":") else { return text }
        return String(text[mark.upperBound...].dropLast())
    }

    /// With other text in its value.
    func replacing(_ old: String, with new: String) -> TestEvent {
        var event = self
        event.value = value?.replacing(old, with: new)
        return event
    }
}
