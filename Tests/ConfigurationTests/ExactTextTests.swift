import Bytes
import Projections
import Testing

@testable import Configuration

/// A composed and a decomposed `é` are different bytes, and Swift's `String` says they are equal.
@Suite struct ExactTextTests {
    static let composed = "caf\u{E9}"
    static let decomposed = "cafe\u{301}"

    @Test func `text of other bytes is another text`() {
        #expect(Self.composed == Self.decomposed)
        #expect(ExactText(Self.composed) != ExactText(Self.decomposed))
        #expect(Set([Self.composed, Self.decomposed].map(ExactText.init)).count == 2)
        #expect(ExactText("K") != ExactText("\u{212A}"))
        #expect([ExactText("b"), ExactText("a")].sorted().map(\.text) == ["a", "b"])
    }

    @Test func `paths of other bytes have places of their own`() throws {
        let text = view(
            """
            hash: "v:{@key}"
            events: { "*": { set: { a: "$.\(Self.composed)", b: "$.\(Self.decomposed)" } } }
            """)
        let plan = try #require(try parse(text).projections.first)
        #expect(plan.paths.filter { $0.members[0].hasPrefix("caf") }.count == 2)
    }

    @Test func `types of other bytes are two types`() throws {
        let text = view(
            """
            counter: "v:{@key}"
            events:
              \(Self.composed): { increment: 1 }
              \(Self.decomposed): { increment: 2 }
            """)
        let rules = try plan(text).rules
        #expect(rules.count == 2)
        #expect(Set(rules.map(\.event)).count == 2)
    }

    @Test func `fields of other bytes are two fields, in set, increment and unset`() throws {
        let text = view(
            """
            hash: "v:{@key}"
            events:
              A: { set: { \(Self.composed): 1 }, increment: { \(Self.decomposed): 1 } }
              B: { set: { x\(Self.composed): 1 }, unset: [x\(Self.decomposed)] }
              C: { unset: [y\(Self.composed), y\(Self.decomposed)] }
            """)
        #expect(faults(text) == [])
    }

    @Test func `headers of other bytes are two values in a key`() {
        let sources = [Self.composed, Self.decomposed].map { ValueSource.header($0) }
        #expect(sources[0] != sources[1])
        let template = TextTemplate(
            parts: [.literal("v:"), .placeholder(sources[0]), .literal(":"), .placeholder(sources[1])])
        #expect(KeyPattern(template).key(from: ["1", "2"]) == Array("v:1:2".utf8))
        #expect(ValueSource.constant(.init(Self.composed)) != .constant(.init(Self.decomposed)))
    }

    @Test func `a combining mark behind a dot or a brace hides neither`() throws {
        let mark = "\u{301}"
        #expect(
            try TemplateReader.parts("v:{id}\(mark):{b.\(mark)c}") == [
                .literal("v:"), .path(JSONPath(members: ["id"])), .literal("\(mark):"),
                .path(JSONPath(members: ["b", "\(mark)c"])),
            ])
        #expect(TemplateReader.fault(inKey: [.literal("v:\(mark)"), .attribute(.key)]) == nil)
    }
}
