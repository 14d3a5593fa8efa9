import Projections
import Testing

@testable import Lantern

/// Change events in the Swift form make what they make in the file's.
@Suite struct SwiftFeedTests {
    private struct Rows: Projection {
        static let name = "feed", version = 1
        static let topics = [
            Topic("t", keyColumns: ["$.id", "$.k2"], envelope: .debeziumInConnect, ignoresTruncate: true)
        ]
        static let time = "{@source.ts_ms}"

        let operation = Field("{@op}")
        let value = Field("$.v")
        let key = Field("$.k2")

        let row = HashView("f:{id}:{k2}")
        let recent = LatestView("recent", keep: 3)

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {
            if event.isTombstone { return try row.delete(in: &changes) }
            switch event[operation] {
            case "c", "u", "r":
                try row.set("v", to: event[value], in: &changes)
                try row.set("k2", to: event[key], in: &changes)
                try recent.add(event[key], in: &changes)
            case "d": try row.delete(in: &changes)
            default: break
            }
        }
    }

    @Test func `real change events make the same rows in Swift and in YAML`() throws {
        let events = try Feed.events(of: "strm.public.f")
        let swift = try ProjectionTest(Rows())
        let yaml = try Feed.test(
            "{ envelope: [connect, debezium], key: [$.id, $.k2], time: \"{@source.ts_ms}\", on-truncate: ignore }",
            """
            row:
              hash: "f:{id}:{k2}"
              events: { row: { set: { v: $.v, k2: $.k2 } }, delete: delete }
            recent: { latest: "recent", keep: 3, member: $.k2, events: { row: add } }
            """)
        for batch in [1, 4] {
            swift.given(events, batch: batch)
            yaml.given(events, batch: 2)
            #expect(swift.parked.isEmpty && yaml.parked.isEmpty, "\(swift.parked) \(yaml.parked)")
            #expect(swift.rows == yaml.rows)
            #expect(swift.hash("f:2:z") == ["v": "7.00", "k2": "z"])
        }
    }

    private struct Large: Projection {
        static let name = "feed", version = 1
        static let topics = [Topic("t", keyColumns: ["$.id"], envelope: .debezium)]

        let operation = Field("{@op}")
        let big = Field("$.big")
        let row = HashView("t:{id}")
        let copy = DocumentView("d:{id}")
        let isCopied: Bool

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {
            if event.isTombstone || event[operation] == "d" { return try row.delete(in: &changes) }
            try row.set("big", to: event[big], in: &changes)
            if isCopied { try copy.set("big", to: event[big], in: &changes) }
        }
    }

    @Test func `a large column that is not in the event is left alone, or bad where it is needed`() throws {
        let events = try Feed.events(of: "plain.public.t").map {
            $0.replacing(#"{"scale":2,"value":"BNI="}"#, with: "1").replacing(#""big":"""#, with: #""big":"x""#)
        }
        let test = try ProjectionTest(Large(isCopied: false))
        test.given(events[3], events[4])
        #expect(test.hash("t:1") == ["big": "x"], "\(test.parked)")
        test.given(events[5], events[6])
        #expect(test.keys.isEmpty, "\(test.parked)")
        let copying = try ProjectionTest(Large(isCopied: true))
        copying.given(events[3], events[4])
        #expect(copying.parked.first?.reason.contains("REPLICA IDENTITY FULL") == true, "\(copying.parked)")
    }

    private struct Wrong: Projection {
        static let name = "feed", version = 1
        static let topics = [
            Topic("t", key: "$.a", keyColumns: ["$.a.b", "{@op}"], data: "payload", hasWholeBefore: true)
        ]
        let operation = Field("{@op}")
        let before = Field("{@before.a}")
        let row = HashView(shared: "t:{@source.a}")
        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    @Test func `mistakes in a topic's options are told`() {
        do throws(ProjectionError) {
            _ = try ProjectionTest(Wrong())
            Issue.record("it was prepared")
        } catch {
            let found = "\(error)"
            for words in [
                "its key is a text (`key`) or has columns", "a column is `$.name`",
                "`{@op}`, a key column of topic t, must be",
                "the data of topic t, must be a path", "are options of change events",
                "{@op} needs `envelope: debezium`",
                "{@before.a} needs `envelope: debezium`", "{@source.a} needs",
            ] { #expect(found.contains(words), "\(words): \(found)") }
        }
    }
}
