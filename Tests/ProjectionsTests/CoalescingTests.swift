import Bytes
import Projections
import Testing

@Suite struct CoalescingTests {
    private static func typed(_ view: ViewPlan) -> ProjectionPlan {
        ProjectionPlan(
            name: "p", version: 1, topics: [TopicPlan(name: "t")], type: .path(2),
            paths: ["v", "id", "type", "at"].map { JSONPath(members: [$0]) }, views: [view])
    }

    private static func rules(_ changes: [(String, [ChangePlan])]) -> [EventRules] {
        changes.map { EventRules(event: .named($0.0), rules: [Rule(changes: $0.1)]) }
    }

    private static func harness(
        _ kind: ViewKind, member: MemberSource? = nil, ttl: TimeToLive? = nil, naming: RowNaming = .plain,
        _ changes: [(String, [ChangePlan])]
    ) -> FoldHarness {
        FoldHarness(
            typed(
                ViewPlan(
                    name: "view", kind: kind, key: TextTemplate(parts: [.literal("row")]), topics: [0], member: member,
                    timeToLive: ttl, rules: rules(changes))), naming: naming)
    }

    private static let value = NumberSource(.path(0))

    private static func fold(_ harness: inout FoldHarness, _ events: String) -> [String] {
        for event in events.split(separator: " ") {
            let parts = event.split(separator: "=")
            let json = "{\"type\":\"\(parts[0])\",\"v\":\(parts.count > 1 ? parts[1] : "1")}"
            guard harness.add(json) == .projected else { return ["not projected: \(event)"] }
        }
        return harness.commands()
    }

    @Test(arguments: [
        ("set=1 set=2", ["HSET row f 2"]), ("inc=2 inc=3", ["HINCRBY row n 5"]), ("inc=2 inc=-2", ["HINCRBY row n 0"]),
        ("set unset", ["HDEL row f"]), ("unset set=3", ["HSET row f 3"]), ("inc=9 drop inc=4 inc=1", ["HSET row n 5"]),
        ("set=1 inc=2 delete", ["DEL row"]), ("delete set=7 inc=1 inc=1", ["DEL row", "HSET row f 7 n 2"]),
        ("delete set unset", ["DEL row"]), ("set=1 delete set=2 delete inc=3", ["DEL row", "HSET row n 3"]),
        ("set=1234 set=1 set=123456789", ["HSET row f 123456789"]),
    ])
    func `a hash keeps one change a field`(events: String, commands: [String]) {
        var harness = Self.harness(
            .hash,
            [
                ("set", [.setField("f", .path(0))]), ("unset", [.unsetField("f")]), ("drop", [.unsetField("n")]),
                ("inc", [.incrementField("n", Self.value)]), ("delete", [.delete]),
            ])
        #expect(Self.fold(&harness, events) == commands)
        #expect(Self.fold(&harness, events) == commands)
    }

    @Test(arguments: [
        ("inc=2 inc=3", ["ZINCRBY row 5 k"]), ("inc=2 remove", ["ZREM row k"]),
        ("remove inc=2 inc=1", ["ZREM row k", "ZINCRBY row 3 k"]), ("delete inc=2", ["DEL row", "ZINCRBY row 2 k"]),
        ("max=1 max=3 max=2", ["ZADD row GT 3 k"]), ("remove max=3 max=2.5", ["ZADD row 3 k"]),
        ("min=1 min=-3 min=2", ["ZADD row LT -3 k"]), ("remove min=3 min=2.5", ["ZADD row 2.5 k"]),
        ("score=1 score=2", ["ZADD row 2 k"]), ("score=1 remove", ["ZREM row k"]), ("delete remove", ["DEL row"]),
    ])
    func `a sorted set keeps one change a member`(events: String, commands: [String]) {
        var harness = Self.harness(
            .sortedSet, member: .value(.key),
            [
                ("inc", [.increment(Self.value)]), ("max", [.maximum(Self.value)]), ("min", [.minimum(Self.value)]),
                ("score", [.score(Self.value)]), ("remove", [.remove]), ("delete", [.delete]),
            ])
        #expect(Self.fold(&harness, events) == commands)
    }

    @Test(arguments: [
        ("inc=2 inc=3", ["INCRBY row 5"]), ("inc=2 delete", ["DEL row"]), ("delete inc=2 inc=2", ["SET row 4"]),
    ])
    func `a counter keeps one sum`(events: String, commands: [String]) {
        var harness = Self.harness(.counter, [("inc", [.increment(Self.value)]), ("delete", [.delete])])
        #expect(Self.fold(&harness, events) == commands)
    }

    @Test func `thousands of members of one key go in chunks`() {
        var harness = Self.harness(.set, member: .value(.path(0)), [("add", [.add]), ("remove", [.remove])])
        for number in 0..<5000 {
            #expect(harness.add("{\"type\":\"add\",\"v\":\(number)}") == .projected)
            #expect(harness.add("{\"type\":\"add\",\"v\":\(number / 2)}") == .projected)
        }
        let commands = harness.commands()
        #expect(commands.count == 40)
        #expect(commands.allSatisfy { $0.split(separator: " ").count <= 130 })
    }

    @Test func `a sum that could overflow closes the changeset first and changes nothing`() {
        var harness = Self.harness(.counter, [("inc", [.increment(Self.value)])])
        let event = #"{"type":"inc","v":9007199254740992}"#
        var sum: Int64 = 0
        while harness.add(event) == .projected { sum += 1 << 53 }
        #expect(sum == 1023 << 53)
        #expect(harness.commands() == ["INCRBY row \(sum)"])
        #expect(harness.add(event) == .projected)
        var board = Self.harness(.sortedSet, member: .value(.key), [("inc", [.increment(Self.value)])])
        #expect(board.add(event) == .projected)
        #expect(board.add(event) == .changesetMustCloseFirst)
        #expect(board.commands() == ["ZINCRBY row 9007199254740992 k"])
    }

    @Test func `rows of a generation have its prefix and touched entries say what to check`() {
        var harness = Self.harness(
            .hash, naming: .under("scratch:"), [("inc", [.incrementField("n", Self.value)])])
        #expect(harness.add(#"{"type":"inc","v":1}"#) == .projected)
        let touched = harness.changes.touchedEntries()
        #expect(touched.map { readableText($0.key) } == ["scratch:row"])
        #expect(touched.map(\.expectedType) == ["hash"])
        #expect(touched.map { $0.incrementedFields } == [[Array("n".utf8)]])
        #expect(harness.commands() == ["HINCRBY scratch:row n 1"])
    }

    @Test func `an approximate time to live is renewed by each write and a bucket has a fixed end`() {
        var harness = Self.harness(
            .counter, ttl: TimeToLive(milliseconds: 10, isApproximate: true),
            [("inc", [.increment(Self.value)]), ("delete", [.delete])])
        #expect(Self.fold(&harness, "inc inc") == ["INCRBY row 2", "PEXPIREAT row 1010"])
        #expect(Self.fold(&harness, "inc delete") == ["DEL row"])
        var buckets = Self.harness(
            .buckets(everySeconds: 60, retainMilliseconds: 1000), [("inc", [.incrementField("n", Self.value)])])
        #expect(buckets.add(#"{"type":"inc","v":1}"#, timestamp: 119_999) == .projected)
        #expect(buckets.commands() == ["HINCRBY row:60 n 1", "PEXPIREAT row:60 121000"])
    }

    @Test func `unknown types follow the policy`() {
        for policy in UnknownTypePolicy.allCases {
            var plan = Self.typed(
                ViewPlan(
                    name: "view", kind: .counter, key: TextTemplate(parts: [.literal("row")]), topics: [0],
                    rules: Self.rules([("inc", [.increment(Self.value)])])))
            plan.unknown = policy
            var harness = FoldHarness(plan)
            switch (policy, harness.add(#"{"type":"*"}"#)) {
            case (.ignore, .unknownType): break
            case (.park, .bad(let bad)): #expect(!bad.demandsHalt)
            case (.halt, .bad(let bad)): #expect(bad.demandsHalt)
            case (_, let outcome): Issue.record("\(policy): \(outcome)")
            }
            #expect(harness.add(nil) == .projected)
            let isEmpty = harness.changes.isEmpty
            #expect(isEmpty)
        }
    }
}
