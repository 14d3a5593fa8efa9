import Bytes
import Formats
import Projections
import Testing

@testable import Lantern

/// When an event happened, as a worker looks at it for the metric of ages.
@Suite struct `The time of an event` {
    private func time(
        _ projector: any Projector, _ value: String?, key: String = #"{"id":1}"#, timestamp: Int64 = 7
    ) -> Int64? {
        let headers = HeaderList()
        headers.append(name: Array("at".utf8).span, value: Array("1970-01-01T00:00:09Z".utf8).span)
        let (key, bytes) = (Array(key.utf8), Array((value ?? "").utf8))
        return projector.time(
            of: Projections.Event(
                topic: 0, partition: 0, offset: 0, timestamp: timestamp, key: key.span,
                value: value == nil ? nil : bytes.span, headers: headers))
    }

    private func yaml(_ topic: String, more: String = "", event: String = "\"*\"") throws -> any Projector {
        let view = #"v: { hash: "v:{@key}", events: { \#(event): { set: { a: $.a? } } } }"#
        return makeProjector(try Feed.plan(topic, view, more: more))
    }

    @Test func `is the record's without another one, and in tombstones`() throws {
        #expect(try time(yaml("{}"), "{}") == 7)
        #expect(try time(yaml("{}"), "no JSON") == 7)
        #expect(try time(yaml("{}"), "{}", timestamp: -1) == nil)
        #expect(try time(yaml("{ key: $.k }", more: "time: $.at"), nil) == 7)
    }

    @Test func `is what the projection says`() throws {
        let projector = try yaml("{}", more: "time: $.at")
        #expect(time(projector, #"{"at":"1970-01-01T00:00:03Z"}"#) == 3_000)
        #expect(time(projector, #"{"at":5000000000000}"#) == 5_000_000_000_000)
        #expect(try time(yaml(#"{ time: "{@header.at}" }"#), "no JSON") == 9_000)
        let change = #"{"op":"c","before":null,"after":{"id":1},"source":{"ts_ms":4000000000000}}"#
        let feed = try yaml(#"{ envelope: debezium, key: [$.id], time: "{@source.ts_ms}" }"#, event: "row")
        #expect(time(feed, change) == 4_000_000_000_000)
    }

    @Test func `is not known where it cannot be read, or only with much work`() throws {
        let projector = try yaml("{}", more: "time: $.at")
        #expect(time(projector, #"{"at":"yesterday"}"#) == nil)
        #expect(time(projector, "{}") == nil)
        #expect(time(projector, "no JSON") == nil)
        let long = String(repeating: "x", count: 1 << 16)
        #expect(time(projector, #"{"at":"1970-01-01T00:00:03Z","a":"\#(long)"}"#) == nil)
    }

    private struct Timed: Projection {
        static let name = "timed"
        static let version = 1
        static let topics = ["t"]
        static let time = "$.at"
        let v = HashView("v:{@key}")

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    @Test func `is the same for a projection in Swift`() throws {
        let projector = try SwiftProjector(Timed())
        #expect(time(projector, #"{"at":"1970-01-01T00:00:03Z"}"#) == 3_000)
        #expect(time(projector, "{}") == nil)
        #expect(time(projector, nil) == 7)
    }
}
