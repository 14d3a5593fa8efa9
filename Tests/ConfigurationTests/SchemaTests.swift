import Configuration
import Foundation
import Projections
import Testing

@testable import Configuration

@Suite struct `The JSON Schema` {
    private let schema: [String: Any]

    init() throws {
        let value = try JSONSerialization.jsonObject(with: Data(JSONSchema.text().utf8))
        schema = try #require(value as? [String: Any])
    }

    /// Every name in any `properties` below `value`, with how often it has a description.
    private func names(in value: Any) -> Set<String> {
        if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(names(in: $1)) } }
        guard let object = value as? [String: Any] else { return [] }
        var result: Set<String> = []
        for (key, child) in object {
            if key == "properties", let properties = child as? [String: Any] { result.formUnion(properties.keys) }
            result.formUnion(names(in: child))
        }
        return result
    }

    @Test func `is of the draft of 2020`() {
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(schema["required"] as? [String] == ["kafka", "redis", "projections"])
    }

    @Test func `names every name that the parser knows, and no other`() {
        let tables = [
            Vocabulary.top, Vocabulary.redis, Vocabulary.tls, Vocabulary.worker, Vocabulary.log, Vocabulary.projection,
            Vocabulary.errorPolicy, TopicVocabulary.topic, TopicVocabulary.time, ViewVocabulary.view,
            ViewVocabulary.timeToLive,
            ViewVocabulary.rule, ViewVocabulary.number, LimitWord.all.map(\.word), Vocabulary.gateway,
            Vocabulary.gatewayTLS, QueryVocabulary.query, QueryVocabulary.read,
        ]
        #expect(names(in: schema) == Set(tables.flatMap(\.names)))
    }

    @Test func `each reference is defined, and each name described`() throws {
        let definitions = try #require(schema["$defs"] as? [String: Any])
        func walk(_ value: Any) {
            if let list = value as? [Any] { list.forEach(walk) }
            guard let object = value as? [String: Any] else { return }
            if let reference = object["$ref"] as? String {
                #expect(definitions[String(reference.dropFirst("#/$defs/".count))] != nil, "\(reference)")
            }
            if let properties = object["properties"] as? [String: Any] {
                for (name, child) in properties {
                    #expect((child as? [String: Any])?["description"] is String, "\(name)")
                }
            }
            object.values.forEach(walk)
        }
        walk(schema)
        #expect(definitions.count > 3)
    }

    @Test func `every change of a kind is a word of rules`() {
        for kind in ViewVocabulary.kinds {
            #expect(Set(kind.changes).isSubset(of: Set(ViewVocabulary.rule.names)))
        }
    }
}

@Suite struct `Numbers and durations` {
    @Test(arguments: [
        ("0", 0), ("-5", -5), ("5.0", 5), ("1e3", 1000), ("1.5e1", 15), ("0e99999", 0), ("-0.0", 0), ("1200e-2", 12),
    ])
    func `integers by value`(text: String, value: Int) { #expect(DecimalText(text)?.integer == value) }

    @Test(arguments: ["1.5", "1e30", "1e-1", "99999999999999999999", "1e99999999999999999999"])
    func `numbers that are no integers`(text: String) throws { #expect(try #require(DecimalText(text)).integer == nil) }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "+1", "1 ", "0x1", "NaN", "١"])
    func `texts that are no numbers`(text: String) { #expect(DecimalText(text) == nil) }

    @Test func `durations`() {
        #expect(
            ["500ms", "10s", "1m", "24h", "30d"].map(TimeSpan.milliseconds) == [
                500, 10_000, 60_000, 86_400_000, 2_592_000_000,
            ])
        for bad in ["", "s", "1", "1.5s", "-1s", "1 s", "1w", "99999999999999999999d", "36501d"] {
            #expect(TimeSpan.milliseconds(bad) == nil, "\(bad)")
        }
        #expect(TimeSpan.text(90_000) == "90s")
        #expect(ByteCount.text(8 << 20) == "8MiB")
    }
}
