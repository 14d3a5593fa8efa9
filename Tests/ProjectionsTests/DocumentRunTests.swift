import Projections
import Testing

/// Neighbouring documents share a command, merged and unmerged alike.
@Suite struct DocumentRunTests {
    private static func harness(isMerging: Bool, ttl: TimeToLive? = nil) -> FoldHarness {
        func view(_ name: String, _ kind: ViewKind, _ changes: [ChangePlan], _ ttl: TimeToLive? = nil) -> ViewPlan {
            ViewPlan(
                name: name, kind: kind, key: TextTemplate(parts: [.literal(name + ":"), .placeholder(.path(1))]),
                topics: [0], timeToLive: ttl,
                rules: [
                    EventRules(event: .named("gone"), rules: [Rule(changes: [.delete])]),
                    EventRules(event: .any, rules: [Rule(changes: changes)]),
                ])
        }
        let plan = ProjectionPlan(
            name: "p", version: 1, topics: [TopicPlan(name: "t")], type: .path(2),
            paths: ["v", "id", "type"].map { JSONPath(members: [$0]) },
            views: [
                view("d", .document, [.setDocument([.init(name: "v", value: .path(0))])], ttl),
                view("n", .counter, [.increment(NumberSource(.path(0)))]),
            ])
        var harness = FoldHarness(plan)
        harness.changes.isMerging = isMerging
        return harness
    }

    /// The documents' commands after events such as `a=1` and `a=gone`.
    private static func commands(_ events: String, isMerging: Bool, ttl: TimeToLive? = nil) -> [String] {
        var harness = harness(isMerging: isMerging, ttl: ttl)
        for event in events.split(separator: " ") {
            let parts = event.split(separator: "=")
            let type = parts[1] == "gone" ? "gone" : "set"
            let value = parts[1] == "gone" ? "0" : String(parts[1])
            _ = harness.add(#"{"id":"\#(parts[0])","type":"\#(type)","v":\#(value)}"#)
        }
        return harness.commands().filter { $0.contains("d:") }
    }

    @Test(arguments: [true, false])
    func `one document is a SET, several are one MSET`(isMerging: Bool) {
        #expect(Self.commands("a=1", isMerging: isMerging) == [#"SET d:a {"v":1}"#])
        #expect(Self.commands("a=1 b=2 c=3", isMerging: isMerging) == [#"MSET d:a {"v":1} d:b {"v":2} d:c {"v":3}"#])
    }

    @Test(arguments: [true, false])
    func `a delete stays between the writes around it`(isMerging: Bool) {
        let commands = Self.commands("a=1 b=gone c=gone d=2 e=3", isMerging: isMerging)
        #expect(commands == [#"SET d:a {"v":1}"#, "DEL d:b d:c", #"MSET d:d {"v":2} d:e {"v":3}"#])
    }

    @Test func `unmerged, the last write of a row wins`() {
        let commands = Self.commands("a=1 a=gone a=2 a=3", isMerging: false)
        #expect(commands == [#"SET d:a {"v":1}"#, "DEL d:a", #"MSET d:a {"v":2} d:a {"v":3}"#])
    }

    @Test(arguments: [true, false])
    func `documents that expire keep a command each`(isMerging: Bool) {
        let ttl = TimeToLive(milliseconds: 5, isApproximate: false)
        #expect(
            Self.commands("a=1 b=2", isMerging: isMerging, ttl: ttl)
                == [#"SET d:a {"v":1} PXAT 1005"#, #"SET d:b {"v":2} PXAT 1005"#])
    }

    @Test(arguments: [true, false])
    func `a command takes fifty documents`(isMerging: Bool) {
        let events = (0..<101).map { "k\($0)=\($0)" }.joined(separator: " ")
        let commands = Self.commands(events, isMerging: isMerging)
        #expect(commands.map { $0.split(separator: " ").count } == [101, 101, 3])
        #expect(commands.last == #"SET d:k100 {"v":100}"#)
    }

    /// The second view cannot take the event: the first one's document is taken back, out of the run it had joined.
    @Test(arguments: [true, false])
    func `a bad event leaves the run as it was`(isMerging: Bool) {
        let commands = Self.commands(#"a=1 b="x" c=3"#, isMerging: isMerging)
        #expect(commands == [#"MSET d:a {"v":1} d:c {"v":3}"#])
        #expect(Self.commands(#"b="x" c=3"#, isMerging: isMerging) == [#"SET d:c {"v":3}"#])
    }
}
