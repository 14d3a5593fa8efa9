import Bytes
import struct Lantern.MemoryRows
import Projections
import Seeded
import Testing

/// The same events cut into batches anywhere must leave the same rows as one event at a time.
@Suite struct BatchCutTests {
    static func view(
        _ name: String, _ kind: ViewKind, member: MemberSource? = nil, ttl: TimeToLive? = nil, _ changes: [[ChangePlan]]
    ) -> ViewPlan {
        ViewPlan(
            name: name, kind: kind, key: TextTemplate(parts: [.literal(name + ":"), .placeholder(.path(1))]),
            topics: [0], member: member, timeToLive: ttl,
            rules: changes.enumerated().map { index, changes in
                EventRules(event: .named("e\(index)"), rules: [Rule(changes: changes)])
            } + [EventRules(event: .any, rules: [Rule(changes: [changes[0]].flatMap { $0 })])])
    }

    static let plan: ProjectionPlan = {
        let number = NumberSource(.path(0, isOptional: true), scale: 2)
        let plain = NumberSource(.path(0))
        let field = ValueSource.path(4, isOptional: true)
        let member = MemberSource.value(.path(5))
        return ProjectionPlan(
            name: "p", version: 1, topics: [TopicPlan(name: "t")], type: .path(2), time: TimeSource(.path(3)),
            paths: ["v", "id", "type", "at", "f", "m"].map { JSONPath(members: [$0]) },
            views: [
                view(
                    "hash", .hash,
                    [
                        [.setField("f", field), .incrementField("n", number)], [.unsetField("f"), .unsetField("n")],
                        [.delete], [.incrementField("n", number), .setField("g", .constant(.init("x")))],
                    ]),
                view(
                    "all", .hash, ttl: TimeToLive(milliseconds: 7, isApproximate: false),
                    [[.setAll], [.delete], [.setAll]]),
                view(
                    "document", .document, ttl: TimeToLive(milliseconds: 7, isApproximate: false),
                    [[.setAll], [.delete], [.setDocument([.init(name: "f", value: field)])]]),
                view("plain", .document, [[.setAll], [.delete], [.setDocument([.init(name: "f", value: field)])]]),
                view("counter", .counter, [[.increment(number)], [.increment(number)], [.delete]]),
                view("set", .set, member: member, [[.add], [.remove], [.delete], [.add], [.remove]]),
                view(
                    "board", .sortedSet, member: member,
                    [[.increment(plain)], [.remove], [.delete], [.increment(plain)]]),
                view("max", .sortedSet, member: member, [[.maximum(plain)], [.remove], [.delete], [.maximum(plain)]]),
                view("min", .sortedSet, member: member, [[.minimum(plain)], [.remove], [.delete], [.minimum(plain)]]),
                view("score", .sortedSet, member: member, [[.score(plain)], [.remove], [.delete]]),
                view("latest", .latest(keep: 3), member: member, [[.add]]),
                view("unique", .unique, member: member, [[.add]]),
                view("buckets", .buckets(everySeconds: 2, retainMilliseconds: 5), [[.incrementField("n", number)]]),
            ])
    }()

    static func event(_ random: inout SplitMix64) -> String {
        let value = ["1", "2", "-3", "0", "5.00", "9007199254740990", "-9007199254740990", "7e2", "\"bad\"", "null"]
        let field = ["1", "\"a\\u00e9\"", "null", "{ \"x\": [1 , 2]}", "\"long text in this field\"", "\"\\ud800\""]
        let v =
            Int.random(in: 0..<40, using: &random) < 36
            ? value[Int.random(in: 0..<5, using: &random)] : value.randomElement(using: &random)!
        let f = Int.random(in: 0..<40, using: &random) < 39 ? field[Int.random(in: 0..<5, using: &random)] : field[5]
        let type = "e\(Int.random(in: 0..<6, using: &random))"
        let time = Int.random(in: 1_700_000_000..<1_700_000_006, using: &random)
        return "{\"id\":\(Int.random(in: 0..<3, using: &random)),\"type\":\"\(type)\",\"v\":\(v),\"f\":\(f),"
            + "\"m\":\"m\(Int.random(in: 0..<6, using: &random))\",\"at\":\(time)}"
    }

    static func run(
        _ events: [String], isMerging: Bool = true, cut: (inout SplitMix64) -> Bool, seed: UInt64
    ) -> (MemoryRows, bad: Int) {
        var random = SplitMix64(seed: seed)
        var harness = FoldHarness(plan)
        harness.changes.isMerging = isMerging
        var bad = 0
        for event in events {
            var outcome = harness.add(event)
            if outcome == .changesetMustCloseFirst {
                harness.commit()
                outcome = harness.add(event)
            }
            switch outcome {
            case .projected: break
            case .bad: bad += 1
            case .unknownType, .changesetMustCloseFirst, .awaitsSchema: Issue.record("\(outcome) for \(event)")
            }
            if cut(&random) { harness.commit() }
        }
        harness.commit()
        return (harness.redis, bad)
    }

    @Test func `batches cut anywhere leave the same rows`() {
        var commands = (0, 0)
        for seed in UInt64(1)...400 {
            var random = SplitMix64(seed: seed)
            let events = (0..<60).map { _ in Self.event(&random) }
            let single = Self.run(events, cut: { _ in true }, seed: seed)
            let odds = Int.random(in: 2..<40, using: &random)
            let batched = Self.run(events, cut: { Int.random(in: 0..<odds, using: &$0) == 0 }, seed: seed)
            #expect(single.0 == batched.0, "seed \(seed)")
            let streamed = Self.run(
                events, isMerging: false, cut: { Int.random(in: 0..<odds, using: &$0) == 0 }, seed: seed)
            #expect(single.0 == streamed.0, "streamed, seed \(seed)")
            #expect(single.bad == streamed.bad, "streamed, seed \(seed)")
            #expect(single.bad == batched.bad, "seed \(seed)")
            #expect(!single.0.rows.isEmpty)
            #expect(single.bad < 30, "seed \(seed)")
            commands.0 += single.0.commands
            commands.1 += batched.0.commands
        }
        #expect(commands.1 < commands.0)
    }
}
