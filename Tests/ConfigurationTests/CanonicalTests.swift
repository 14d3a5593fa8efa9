import Configuration
import Projections
import Testing

@Suite struct `The canonical text` {
    private func text(_ yaml: String) throws -> String {
        try #require(try parse(yaml).projections.first).canonicalText
    }

    private let views = """
        views:
              a: { hash: "a:{id}", events: { X: { set: { f: $.f, g: $.g } }, Y: delete } }
              b: { counter: "b:{c}", events: { X: { increment: 1 } } }
        """
    private let reordered = """
        views:
              b: { events: { X: { increment: 1.0 } }, counter: "b:{c}" }
              a: { hash: "a:{id}", events: { Y: { delete: true }, X: { set: { g: $.g, f: $.f } } } }
        """

    private func projection(_ views: String, _ options: String = "") -> String {
        file(
            "projections:\n  p:\n    version: 1\n    topics: { t: { key: $.id } }\n    type: $.type\n\(options)    \(views)\n"
        )
    }

    @Test func `is the same for the same effect`() throws {
        let first = try text(projection(views))
        #expect(try text(projection(reordered)) == first)
        #expect(try text(projection(views, "    on-error: halt\n")) == first)
        #expect(try text("limits: { parked: 5 }\n" + projection(views)) == first)
    }

    @Test func `differs with each difference`() throws {
        let first = projection(views)
        var texts: Set<String> = [try text(first)]
        let edits = [
            ("version: 1", "version: 2"), ("key: $.id", "key: $.id, compacted: false}, u: {"), ("$.type", "$.kind"),
            ("f: $.f", "f: $.f?"), ("f: $.f", "f: f"), ("f: $.f", "h: $.f"), ("a:{id}", "c:{id}"), ("b:{c}", "b:{c.d}"),
            ("increment: 1", "increment: 2"), ("Y: delete", "Z: delete"), ("Y: delete", "tombstone: delete"),
            ("Y: delete", "\"*\": delete"), ("Y: delete", "Y: { when: { $.a: 1 }, delete: true }"),
            ("  b: {", "  c: {"), ("type: $.type", "type: $.type\n    time: $.at"),
        ]
        for (old, new) in edits {
            var edited = first.replacing(old, with: new)
            if new.contains("u: {") { edited = edited.replacing("a: { hash", with: "a: { from: t, hash") }
            #expect(texts.insert(try text(edited)).inserted, "\(new)")
        }
        #expect(texts.count == edits.count + 1)
    }

    @Test func `names cannot look like lines`() throws {
        let nasty = projection("views: { a: { hash: \"a:{id}\", events: { \"X\\n event any\\\"\": delete } } }")
        let lines = try text(nasty).split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix(" event") }.count == 1)
    }
}

@Suite struct `Fingerprints` {
    @Test func `are 32 hexadecimal digits that follow the plan`() throws {
        let demo = try Configuration.load(path: repositoryFile("deploy/demo/lantern.yaml"), environment: [:])
        let again = try Configuration.load(
            path: repositoryFile("deploy/demo/lantern.yaml"), environment: ["KAFKA": "x"])
        let fingerprints = demo.projections.map(fingerprint(of:))
        #expect(fingerprints == again.projections.map(fingerprint(of:)))
        #expect(Set(fingerprints).count == 2)
        for fingerprint in fingerprints {
            #expect(fingerprint.utf8.count == 32 && fingerprint.allSatisfy(\.isHexDigit))
        }
        var other = demo.projections[0]
        other.version += 1
        #expect(fingerprint(of: other) != fingerprints[0])
    }
}
