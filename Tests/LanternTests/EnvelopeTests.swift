import Configuration
import Formats
import Projections
import Testing

@testable import Lantern

/// CloudEvents, Connect's payloads, data in a string, and what frameworks write.
@Suite struct EnvelopeTests {
    // MARK: CloudEvents

    private let trips = """
        trip:
          hash: "trip:{id}"
          events: { trip.started: { set: { driver: $.driver, from: "{@ce.source}", type: "{@ce.type}" } }, "*": { set: { other: "{@ce.type}" } } }
        started:
          latest: "trips"
          keep: 10
          member: $.id
          events: { trip.started: add }
        """

    private func binary(_ value: String, type: String = "trip.started", more: [TestEvent.Header] = []) -> TestEvent {
        TestEvent(
            key: "1", value,
            headers: [
                .init("ce_specversion", "1.0"), .init("ce_id", "a"), .init("ce_source", "/trips"),
                .init("ce_type", type), .init("ce_time", "2026-01-31T09:30:00Z"),
                .init("content-type", "application/json"),
            ] + more)
    }

    private func structured(_ members: String, contentType: String = "application/cloudevents+json") -> TestEvent {
        TestEvent(
            key: "1",
            #"{"specversion":"1.0","id":"a","source":"/trips","type":"trip.started","time":"2026-01-31T09:30:00Z"\#(members)}"#,
            headers: [.init("content-type", contentType)])
    }

    @Test func `both modes of a CloudEvent make the same rows`() throws {
        for event in [
            binary(#"{"id":1,"driver":"ada"}"#), structured(#","data":{"id":1,"driver":"ada"}"#),
            structured(#","data":{"id":1,"driver":"ada"}"#, contentType: "application/cloudevents+json; charset=UTF-8"),
        ] {
            let test = try Feed.test("{ envelope: cloudevents, key: $.id }", trips)
            test.given(event)
            #expect(test.parked.isEmpty, "\(test.parked)")
            #expect(test.hash("trip:1") == ["driver": "ada", "from": "/trips", "type": "trip.started"])
            #expect(test.scores("trips") == ["1": 1_769_851_800_000])
        }
    }

    @Test func `a CloudEvent whose form cannot be told, or read, is bad`() throws {
        let test = try Feed.test(
            "{ envelope: cloudevents }", "t: { hash: \"t:{@key}\", events: { \"*\": { set: { d: $.d } } } }")
        var bare = TestEvent(key: "1", #"{"d":1}"#)
        test.given(bare)
        bare.key = "2"
        bare.headers = [.init("content-type", "application/cloudevents+avro")]
        test.given(bare)
        var encoded = structured(#","data_base64":"AAE=""#)
        encoded.key = "3"
        test.given(encoded)
        var twice = structured(#","data":{"d":1,"d":2}"#)
        twice.key = "4"
        test.given(twice)
        #expect(test.keys.isEmpty)
        #expect(
            test.parked.map(\.reason) == [
                "the value is not a CloudEvent: it has no `specversion`; in structured mode its content-type header must "
                    + "be application/cloudevents+json",
                "the value is not a CloudEvent: of its content-types in structured mode only application/cloudevents+json "
                    + "can be read",
                "the value is not a CloudEvent: its data is binary, in `data_base64`",
                "a name on the way to $.d occurs twice (at byte 115)",
            ])
    }

    @Test func `a CloudEvent without data is an event, but a tombstone in a compacted topic`() throws {
        var event = binary("", type: "trip.ended")
        event.value = nil
        let counted = try Feed.test(
            "{ envelope: cloudevents }",
            "n: { counter: \"n:{@ce.type}\", events: { trip.ended: { increment: 1 } } }\n"
                + "t: { hash: \"t:{@key}\", events: { tombstone: delete, \"*\": { set: { id: \"{@ce.id}\" } } } }")
        counted.given(event)
        #expect(counted.text("n:trip.ended") == "1", "\(counted.parked)")
        #expect(counted.hash("t:1") == ["id": "a"])
        counted.given(.tombstone(key: "1"))
        #expect(counted.hash("t:1").isEmpty)
        let compacted = try Feed.test(
            "{ envelope: cloudevents, compacted: true }",
            "t: { hash: \"t:{@key}\", events: { tombstone: delete, \"*\": { set: all } } }")
        compacted.given(binary(#"{"id":1}"#))
        #expect(compacted.hash("t:1") == ["id": "1"])
        compacted.given(event)
        #expect(compacted.keys.isEmpty && compacted.parked.isEmpty)
        let copied = try Feed.test(
            "{ envelope: cloudevents }", "t: { document: \"t:{@key}\", events: { \"*\": { set: all } } }")
        copied.given(event)
        #expect(copied.parked.map(\.reason) == ["the event has no data that `set: all` could take"])
    }

    @Test func `a document takes the data, and no more`() throws {
        let test = try Feed.test(
            "{ envelope: cloudevents }", "t: { document: \"t:{@key}\", events: { \"*\": { set: all } } }")
        test.given(structured(#","data": {"a": [1, 2]} "#))
        #expect(test.text("t:1") == #"{"a": [1, 2]}"#)
        test.given(structured(#","data":"text""#))
        #expect(test.text("t:1") == #""text""#)
        test.given(binary(#" {"a": 1} "#))
        #expect(test.text("t:1") == #"{"a": 1}"#)
    }

    // MARK: Connect

    @Test func `Connect's payload is the data`() throws {
        let value =
            #"{"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false},"payload":{"id":7,"name":"x"}}"#
        let view = "t: { hash: \"t:{@key}\", events: { \"*\": { set: all }, tombstone: delete } }"
        let test = try Feed.test("{ envelope: connect, compacted: true }", view)
        test.given(TestEvent(key: "a", value))
        #expect(test.hash("t:a") == ["id": "7", "name": "x"], "\(test.parked)")
        test.given(.tombstone(key: "a"))
        #expect(test.keys.isEmpty)
        let typed = try Feed.test(
            "{ envelope: connect, key: [$.id], type: $.name }",
            "t: { hash: \"t:{id}\", events: { x: { set: { n: $.name } }, tombstone: delete } }")
        typed.given(TestEvent(key: #"{"schema":null,"payload":{"id":7}}"#, value))
        #expect(typed.hash("t:7") == ["n": "x"], "\(typed.parked)")
        typed.given(.tombstone(key: #"{"id":7}"#))
        #expect(typed.keys.isEmpty, "\(typed.parked)")
        typed.given(TestEvent(key: #"{"id":7}"#, #"{"id":7,"name":"x"}"#))
        #expect(typed.parked.first?.reason.contains("it has no `payload`; remove `connect`") == true, "\(typed.parked)")
    }

    // MARK: Data in a string

    @Test func `data in a string is read as JSON, with the escapes of both`() throws {
        let view =
            "t:\n  hash: \"t:{id}\"\n  events: { a: { set: { text: $.text, nested: $.o, n: $.n?, t: \"{@envelope.type}\" } } }"
        let test = try Feed.test("{ data: $.payload, type: \"{@envelope.type}\", key: $.id }", view)
        test.given(
            TestEvent(
                key: "k",
                #"{"type":"a","payload":"{\"id\":\"k\",\"text\":\"a \\\"b\\\" \\u00e9 \u00e9\",\"o\":{ \"x\" : [1 , 2]}}"}"#
            ))
        #expect(test.hash("t:k") == ["text": "a \"b\" é é", "nested": #"{"x":[1,2]}"#, "t": "a"], "\(test.parked)")
        // An object there is data as well.
        test.given(TestEvent(key: "o", #"{"type":"a","payload":{"id":"o","text":"","o":1,"n":2}}"#))
        #expect(test.hash("t:o") == ["text": "", "nested": "1", "n": "2", "t": "a"], "\(test.parked)")
        test.given(TestEvent(key: "x", #"{"type":"a","payload":"{\"id\":"}"#))
        test.given(TestEvent(key: "y", #"{"type":"a","payload":"{\"id\":\"y\",\"id\":1}"}"#))
        test.given(TestEvent(key: "z", #"{"type":"a"}"#))
        #expect(
            test.parked.map(\.reason) == [
                "the text at the topic's `data:` is not JSON: brackets are not balanced (at its byte 6)",
                "a name on the way to $.id occurs twice (at byte 11)", "the record key is \"z\", but $.id is absent",
            ])
    }

    @Test func `a value that is a string with JSON in it is data, too`() throws {
        let test = try Feed.test(
            "{ data: $, type: \"{@header.eventType}\" }",
            "t: { hash: \"t:{@key}\", events: { Placed: { set: all } } }\nd: { document: \"d:{@key}\", events: { Placed: { set: all } } }"
        )
        test.given(
            TestEvent(key: "1", #""{\"total\":12.50,\"none\":null}""#, headers: [.init("eventType", "Placed")]))
        #expect(test.hash("t:1") == ["total": "12.50"], "\(test.parked)")
        #expect(test.text("d:1") == #"{"total":12.50,"none":null}"#)
    }

    // MARK: Frameworks

    /// The headers of Axon's DefaultKafkaMessageConverter: numbers are eight bytes.
    @Test func `events of Axon have their type and time in headers`() throws {
        func event(_ milliseconds: Int64, count: Int = 8) -> TestEvent {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: milliseconds >> Int64(8 * (count - 1 - $0))) }
            return TestEvent(
                key: "order-1", #"{"orderId":"order-1"}"#,
                headers: [
                    .init("axon-message-type", "shop.OrderPlaced"), .init("axon-message-aggregate-id", "order-1"),
                    .init("axon-message-timestamp", String(decoding: bytes, as: UTF8.self)),
                ])
        }
        let views =
            "latest: { latest: \"orders\", keep: 5, member: $.orderId, events: { shop.OrderPlaced: add } }\n"
            + "first: { sorted-set: \"first\", member: $.orderId, events: { shop.OrderPlaced: { min: { value: \"{@header.axon-message-timestamp}\", bytes: int64 } } } }"
        let test = try Feed.test(
            "{ type: \"{@header.axon-message-type}\", time: { value: \"{@header.axon-message-timestamp}\", bytes: int64 } }",
            views)
        // Bytes below 0x80 only, since this test's headers are text.
        let time: Int64 = 0x0000_0123_4567_0908
        test.given(event(time))
        #expect(test.scores("orders") == ["order-1": Double(time)], "\(test.parked)")
        #expect(test.scores("first") == ["order-1": Double(time)])
        test.given(event(time, count: 7))
        #expect(test.parked.first?.reason.contains("axon-message-timestamp} is ") == true, "\(test.parked)")
    }

    @Test func `events of Spring have their class in a header`() throws {
        let test = try Feed.test(
            "{ type: \"{@header.__TypeId__}\" }",
            "t: { hash: \"t:{@key}\", events: { com.shop.OrderPlaced: { set: { total: $.total } } } }")
        test.given(
            TestEvent(key: "1", #"{"total":5}"#, headers: [.init("__TypeId__", "com.shop.OrderPlaced")]),
            TestEvent(key: "2", #"{"total":6}"#, headers: [.init("__TypeId__", "com.shop.Other")]))
        #expect(test.keys == ["t:1"])
    }

    @Test func `events of Eventuate have their headers beside a payload in a string`() throws {
        let test = try Feed.test(
            "{ data: $.payload, type: \"{@envelope.headers.event-type}\" }",
            "t: { hash: \"t:{@key}\", events: { shop.OrderPlaced: { set: { total: $.total, id: \"{@envelope.headers.ID}\" } } } }"
        )
        test.given(
            TestEvent(
                key: "1",
                #"{"payload":"{\"total\":5}","headers":{"PARTITION_ID":"1","event-aggregate-type":"Order","DATE":"Fri, 27 Nov 2026 03:00:00 GMT","event-aggregate-id":"1","event-type":"shop.OrderPlaced","ID":"0000-1"}}"#
            ))
        #expect(test.hash("t:1") == ["total": "5", "id": "0000-1"], "\(test.parked)")
    }

    /// Debezium's EventRouter writes the payload as it is and puts the rest into headers.
    @Test func `events of an outbox are their payload`() throws {
        let test = try Feed.test(
            "{ type: \"{@header.eventType}\" }",
            "t: { hash: \"t:{@key}\", events: { OrderPlaced: { set: { total: $.total } } } }")
        test.given(
            TestEvent(
                key: "1", #"{"total":5}"#,
                headers: [.init("id", "406c07f3-26f0-4eea-a50c-109940064b8f"), .init("eventType", "OrderPlaced")]))
        #expect(test.hash("t:1") == ["total": "5"], "\(test.parked)")
    }

    // MARK: Bytes, texts that are numbers

    @Test func `bytes are taken as a whole`() throws {
        let test = try Feed.test(
            "{ encoding: bytes, type: \"{@header.type}\" }",
            "t: { document: \"t:{@key}\", events: { page: { set: all } } }\nn: { counter: \"n\", events: { \"*\": { increment: 1 } } }"
        )
        test.given(TestEvent(key: "1", "<html>", headers: [.init("type", "page")]), TestEvent(key: "2", ""))
        #expect(test.text("t:1") == "<html>", "\(test.parked)")
        #expect(test.text("n") == "2")
    }

    @Test func `a text that is a number is one where the rule says so`() throws {
        let views =
            "t: { hash: \"t\", events: { \"*\": { increment: { cents: { value: $.total, scale: 2, text: true } } } } }\n"
            + "s: { sorted-set: \"s\", member: \"{@key}\", events: { \"*\": { max: { value: \"{@header.score?}\", text: true } } } }"
        let test = try Feed.test("{}", views)
        test.given(
            TestEvent(key: "a", #"{"total":"12.34"}"#), TestEvent(key: "b", #"{"total":1}"#),
            TestEvent(key: "c", #"{"total":"-0.04"}"#, headers: [.init("score", "2.5")]))
        #expect(test.parked.isEmpty, "\(test.parked)")
        #expect(test.hash("t") == ["cents": "1330"])
        #expect(test.scores("s") == ["c": 2.5])
        for (key, text) in [("d", "\"NaN\""), ("e", "\"$5.50\""), ("f", "\"\""), ("g", "\"1.234\"")] {
            test.given(TestEvent(key: key, "{\"total\":\(text)}"))
        }
        #expect(test.parked.count == 4)
        #expect(
            test.parked.first?.reason == "$.total is \"NaN\"; a number is needed, or a text that is one",
            "\(test.parked)")
    }

    // MARK: Topics of several formats

    @Test func `topics of several formats feed one view`() throws {
        let text = Feed.file("{ type: $.kind }", "n: { counter: \"n:{k}\", events: { a: { increment: 1 } } }")
            .replacing(
                "topics: { t: { type: $.kind } }",
                with:
                    "topics: { t: { type: $.kind }, ce: { envelope: cloudevents }, d: { data: $.payload, type: \"{@envelope.type}\" } }"
            )
        let test = ProjectionTest(makeProjector(try #require(Configuration.parse(text: text).projections.first)))
        var event = binary(#"{"k":"x"}"#, type: "a")
        event.topic = "ce"
        test.given(
            event, TestEvent(key: "1", #"{"kind":"a","k":"x"}"#, topic: "t"),
            TestEvent(key: "1", #"{"type":"a","payload":"{\"k\":\"x\"}"}"#, topic: "d"))
        #expect(test.text("n:x") == "3", "\(test.parked)")
    }
}
