import Bytes
import Projections
import Testing

@testable import Formats

@Suite struct JSONProjectorTests {
    /// Copies the fields of `Copied` events, and sets one field of `Other` ones.
    static let plan = ProjectionPlan(
        name: "orders", version: 1, topics: [TopicPlan(name: "orders")], type: .path(0),
        paths: [JSONPath(members: ["type"]), JSONPath(members: ["id"])],
        views: [
            ViewPlan(
                name: "order", kind: .hash,
                key: TextTemplate(parts: [.literal("order:"), .placeholder(.key)]), topics: [0],
                rules: [
                    EventRules(event: .named("Copied"), rules: [Rule(changes: [.setAll])]),
                    EventRules(event: .named("Other"), rules: [Rule(changes: [.setField("id", .path(1))])]),
                    EventRules(event: .tombstone, rules: [Rule(changes: [.delete])]),
                ])
        ])

    private func project(_ value: String?) -> (ProjectionOutcome, commands: Int) {
        let projector = JSONProjector(plan: Self.plan)
        var changes = Changeset()
        let headers = HeaderList()
        let key = Array("k".utf8)
        let bytes = value.map { Array($0.utf8) }
        let outcome = projector.project(
            Event(
                topic: 0, partition: 0, offset: 7, timestamp: 1, key: key.span, value: bytes?.span, headers: headers),
            into: &changes)
        return (outcome, changes.commandCount)
    }

    private func reason(_ value: String) -> String? {
        let (outcome, commands) = project(value)
        #expect(commands == 0)
        guard case .bad(let bad) = outcome else { return nil }
        return bad.reason
    }

    @Test func `a value is decoded and folded`() {
        let (outcome, commands) = project(#"{"type":"Other","id":"i-1"}"#)
        #expect(outcome == .projected)
        #expect(commands > 0)
    }

    @Test func `a value over its limit is bad before it is decoded`() {
        var limits = Limits()
        limits.recordBytes = 16
        let projector = JSONProjector(plan: Self.plan, limits: limits)
        var changes = Changeset()
        let headers = HeaderList()
        let key = Array("k".utf8)
        func outcome(_ bytes: [UInt8]) -> ProjectionOutcome {
            projector.project(
                Event(
                    topic: 0, partition: 0, offset: 7, timestamp: 1, key: key.span, value: bytes.span, headers: headers),
                into: &changes)
        }
        #expect(outcome(Array(#"{"type":"Other"}"#.utf8)) != .unknownType)
        #expect(outcome(Array(#"{"type":"Ot"}   "#.utf8)) == .unknownType)
        #expect(
            outcome(Array(repeating: 0x20, count: 17))
                == .bad(BadEvent(view: nil, reason: "the value has 17 bytes, and limits.record-bytes is 16")))
    }

    @Test func `events of types without a rule are counted by name`() {
        let projector = JSONProjector(plan: Self.plan)
        var changes = Changeset()
        let headers = HeaderList()
        let key = Array("k".utf8)
        for text in [
            #"{"type":"Seen"}"#, #"{"type":"Other"}"#, #"{"type":"S\u0065en"}"#, #"{"type":7}"#, #"{"type":{}}"#, "{}",
        ] {
            let value = Array(text.utf8)
            _ = projector.project(
                Event(
                    topic: 0, partition: 0, offset: 7, timestamp: 1, key: key.span, value: value.span, headers: headers),
                into: &changes)
        }
        #expect("\(projector.unknownTypes)" == "Seen 2, (none) 2, 7 1")
        #expect(projector.unknownTypes.counts.reduce(0, +) == 5)
    }

    @Test func `a tombstone is folded without a value`() {
        let (outcome, commands) = project(nil)
        #expect(outcome == .projected)
        #expect(commands > 0)
    }

    @Test func `a value that is not JSON is bad, and the reason says where`() {
        #expect(reason(#"{"type":tru}"#)?.contains("true, false nor null") == true)
        #expect(reason(#"{"type":tru}"#)?.contains("byte 8") == true)
        #expect(reason("")?.contains("empty") == true)
    }

    @Test func `a repeated name on a path is bad, and the reason names the path`() {
        #expect(reason(#"{"type":"Other","id":1,"id":2}"#)?.contains("$.id") == true)
    }

    @Test func `a repeated name at the top is bad only where set all is applied`() {
        #expect(reason(#"{"type":"Copied","id":1,"x":1,"\u0078":2}"#)?.contains("twice") == true)
        #expect(project(#"{"type":"Other","id":1,"x":1,"x":2}"#).0 == .projected)
    }
}
