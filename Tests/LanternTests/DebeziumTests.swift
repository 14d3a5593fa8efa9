import Projections
import Testing

@testable import Lantern

/// Change events as Debezium writes them, and the rows that they make.
@Suite struct DebeziumTests {
    private let rows = """
        f:
          hash: "f:{id}:{k2}"
          events: { row: { set: all }, delete: delete }
        """

    @Test func `real change events make the table's rows`() throws {
        let events = try Feed.events(of: "strm.public.f")
        #expect(events.count == 9)
        let plain = try Feed.test("{ envelope: debezium, key: [$.id, $.k2], on-truncate: ignore }", rows)
        plain.given(events.map(\.withoutSchema))
        let inConnect = try Feed.test(
            "{ envelope: [connect, debezium], key: [$.id, $.k2], on-truncate: ignore }", rows)
        inConnect.given(events, batch: 3)
        for test in [plain, inConnect] {
            #expect(test.parked.isEmpty, "\(test.parked.map(\.reason))")
            #expect(test.keys == ["f:2:z"])
            #expect(test.hash("f:2:z") == ["id": "2", "k2": "z", "v": "7.00"])
        }
    }

    @Test func `with schemas, but not declared so, the message names the setting`() throws {
        let events = try Feed.events(of: "strm.public.f")
        let test = try Feed.test("{ envelope: debezium, key: [$.id, $.k2] }", rows)
        test.given(events[0])
        #expect(test.keys.isEmpty)
        for word in ["{schema, payload}", "value.converter.schemas.enable=false", "[connect, debezium]"] {
            #expect(test.parked.first?.reason.contains(word) == true, "\(test.parked)")
        }
        let plain = try Feed.test("{}", "f:\n  hash: \"f:{@key}\"\n  events: { \"*\": { set: all } }")
        plain.given(events[0])
        #expect(plain.keys.isEmpty)
        #expect(plain.parked.first?.reason.contains("value.converter.schemas.enable=false") == true)
    }

    @Test func `what is not a change event is not taken for one`() throws {
        let test = try Feed.test("{ envelope: debezium, key: [$.id, $.k2] }", rows)
        test.given(TestEvent(key: #"{"id":1,"k2":"a"}"#, #"{"id":1,"k2":"a","v":"1"}"#))
        #expect(
            test.parked.first?.reason.contains("it has no `op`; if ExtractNewRecordState") == true, "\(test.parked)")
        let event = try Feed.events(of: "strm.public.f")[0]
        let inConnect = try Feed.test("{ envelope: [connect, debezium], key: [$.id, $.k2] }", rows)
        inConnect.given(event.withoutSchema)
        #expect(inConnect.parked.first?.reason.contains("it has no `payload`") == true, "\(inConnect.parked)")
    }

    @Test func `a truncate halts, unless it is to be ignored`() throws {
        let truncate = try #require(Feed.events(of: "strm.public.f").first { $0.key == nil }).withoutSchema
        let test = try Feed.test("{ envelope: debezium, key: [$.id, $.k2] }", rows)
        test.given(truncate)
        #expect(test.parked.first?.reason.contains("the table was truncated") == true)
        #expect(test.parked.first?.reason.contains("on-truncate: ignore") == true)
        let counting = try Feed.test(
            "{ envelope: debezium, key: [$.id], on-truncate: ignore }",
            "n:\n  counter: \"truncated:{@source.table}\"\n  events: { truncate: { increment: 1 } }")
        counting.given(truncate, truncate)
        #expect(counting.text("truncated:f") == "2", "\(counting.parked)")
    }

    // MARK: TOAST

    /// Real events of a table whose column `big` is large: c (snapshot), u without it, d and tombstone, c of another key
    /// without it, u without it.
    private func large() throws -> [TestEvent] {
        try Feed.events(of: "plain.public.t").map {
            $0.replacing(#"{"scale":2,"value":"BNI="}"#, with: #""12.34""#).replacing(#""big":"""#, with: #""big":"x""#)
        }
    }

    private let whole = "t:\n  hash: \"t:{id}\"\n  events: { row: { set: all }, delete: delete }"

    @Test func `an update without an unchanged large column leaves it alone, and removes what is null`() throws {
        let events = try large().filter { $0.key == #"{"id":1}"# }
        let update = events[1].replacing(#""ts3":1767323045678"#, with: #""ts3":null"#)
        #expect(update.value?.contains(#""big":"__debezium_unavailable_value""#) == true)
        for batch in [1, 5] {
            let test = try Feed.test("{ envelope: debezium, key: [$.id] }", whole)
            test.given([events[0], update], batch: batch)
            #expect(test.parked.isEmpty, "\(test.parked)")
            let row = test.hash("t:1")
            #expect(row["big"] == "x")
            #expect(row["ts3"] == nil)
            #expect(row["n102"] == "Jw8=")
            let some = try Feed.test(
                "{ envelope: debezium, key: [$.id] }",
                "t:\n  hash: \"t:{id}\"\n  events: { row: { set: { big: $.big, n: $.n102, at: $.ts3 } }, delete: delete }"
            )
            some.given([events[0], update], batch: batch)
            #expect(some.hash("t:1") == ["big": "x", "n": "Jw8="])
            some.given(Array(events[2...]), batch: batch)
            #expect(some.keys.isEmpty && some.parked.isEmpty)
        }
    }

    @Test func `in a create after a changed key it is bad, and the message names the cure`() throws {
        let create = try #require(large().first { $0.key == #"{"id":5}"# })
        #expect(create.value?.contains(#""op":"c""#) == true)
        let test = try Feed.test("{ envelope: debezium, key: [$.id] }", whole)
        test.given(create)
        #expect(test.keys.isEmpty)
        #expect(
            test.parked.first?.reason
                == "column \"big\" is not in the event: PostgreSQL did not log it again, since it had not changed (TOAST), "
                + "and here it is needed; `ALTER TABLE … REPLICA IDENTITY FULL` makes it part of every event")
    }

    @Test(arguments: [
        "t: { hash: \"t:{@key}:{big}\", events: { row: { set: { n: 1 } } } }",
        "t: { document: \"t:{id}\", events: { row: { set: { big: $.big } } } }",
        "t: { document: \"t:{id}\", events: { row: { set: all } } }",
        "t: { set: \"t:{id}\", member: $.big, events: { row: add } }",
        "t: { sorted-set: \"t:{id}\", member: $.id, events: { row: { score: { value: $.big, text: true } } } }",
        "t: { hash: \"t:{id}\", events: { row: { when: { $.big: x }, set: { n: 1 } } } }",
        "t: { hash: \"t:{id}\", ttl: { after: 30d, approximate: true }, events: { row: { set: { n: 1 } } } }",
    ])
    func `where the value of a large column is needed, an update without it is bad`(view: String) throws {
        let update = try large()[4]
        #expect(update.value?.contains(#""op":"u""#) == true && update.value?.contains("unavailable") == true)
        let test = try Feed.test("{ envelope: debezium, key: [$.id], time: $.big }", view)
        test.given(update)
        #expect(test.keys.isEmpty)
        #expect(test.parked.first?.reason.contains("REPLICA IDENTITY FULL") == true, "\(test.parked)")
    }

    @Test func `in a compacted topic it is bad in an update too`() throws {
        let test = try Feed.test("{ envelope: debezium, key: [$.id], compacted: true }", whole)
        test.given(try large()[4])
        #expect(test.parked.first?.reason.contains("REPLICA IDENTITY FULL") == true)
    }

    @Test(arguments: [
        #""X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==""#, #"["__debezium_unavailable_value"]"#,
        #"["b68a35a7-17ad-35b3-af2a-ae46edb4545a"]"#,
        "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]",
    ])
    func `bytes, and arrays of text, UUIDs and integers have placeholders of their own`(placeholder: String) throws {
        let update = try large()[4].replacing(#""__debezium_unavailable_value""#, with: placeholder)
        let test = try Feed.test("{ envelope: debezium, key: [$.id] }", whole)
        test.given(update)
        #expect(test.parked.isEmpty)
        #expect(test.hash("t:1")["big"] == nil)
        #expect(test.hash("t:1")["u"] == "3f333df6-90a4-4fda-8dd3-9485d27cee36")
    }

    // MARK: Decimals and times

    @Test func `decimals in binary form are refused, naming the setting`() throws {
        let event = try Feed.events(of: "plain.public.t")[3]
        for views in [whole, "t:\n  hash: \"t:{id}\"\n  events: { row: { set: { n: $.nfree } } }"] {
            let test = try Feed.test("{ envelope: debezium, key: [$.id] }", views)
            test.given(event)
            #expect(test.keys.isEmpty)
            #expect(test.parked.first?.reason.contains("decimal.handling.mode=string") == true, "\(test.parked)")
        }
        let scored = try Feed.test(
            "{ envelope: debezium, key: [$.id] }",
            "t: { sorted-set: \"t\", member: $.id, events: { row: { score: { value: $.n102, text: true } } } }")
        scored.given(event)
        #expect(scored.parked.first?.reason.contains("decimal.handling.mode=string") == true, "\(scored.parked)")
        let other = try Feed.test(
            "{ envelope: debezium, key: [$.id] }", "t:\n  hash: \"t:{id}\"\n  events: { row: { set: { b: $.b } } }")
        other.given(event)
        #expect(other.hash("t:1") == ["b": "true"])
    }

    @Test func `a schema that says a column is a decimal is believed`() throws {
        let event = try Feed.events(of: "strm.public.f")[0]
        let decimal = event.replacing(
            #"{"type":"string","optional":true,"field":"v"}"#,
            with:
                #"{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"v"}"#
        )
        #expect(decimal.value != event.value)
        let test = try Feed.test("{ envelope: [connect, debezium], key: [$.id, $.k2] }", rows)
        test.given(decimal, event)
        #expect(
            test.parked.first?.reason.contains("column \"v\" is a decimal in binary form") == true, "\(test.parked)")
        let other = try Feed.test(
            "{ envelope: [connect, debezium], key: [$.id, $.k2] }",
            "f:\n  hash: \"f:{id}:{k2}\"\n  events: { row: { set: { op: \"{@op}\" } } }")
        other.given(decimal)
        #expect(other.hash("f:1:a") == ["op": "r"])
    }

    @Test(arguments: [
        ("{ value: $.d, unit: days }", "20455", 1_767_312_000_000),
        ("{ value: $.ts, unit: us }", "1767323045678901", 1_767_323_045_678),
        ("{ value: $.ts3, unit: ms }", "1767323045678", 1_767_323_045_678),
        ("$.tstz", "\"2026-01-02T01:04:05.678901Z\"", 1_767_315_845_678),
        ("\"{@source.ts_ms}\"", "", 1_795_647_309_818),
        ("\"{@envelope.source.ts_us}\"", "", 1_795_647_309_818),
    ])
    func `a time says its unit, or is a text`(time: String, value: String, expected: Int64) throws {
        let event = try large()[3]
        #expect(value.isEmpty || event.value?.contains(value) == true)
        let view = "t: { latest: \"t\", keep: 5, member: $.id, events: { row: add } }"
        let test = try Feed.test("{ envelope: debezium, key: [$.id], time: \(time) }", view)
        test.given(event)
        #expect(test.scores("t") == ["1": Double(expected)], "\(test.parked)")
    }

    @Test func `a column that is a number without a unit, or infinity, is no time`() throws {
        let view = "t: { latest: \"t\", keep: 5, member: $.id, events: { row: add } }"
        let test = try Feed.test("{ envelope: debezium, key: [$.id], time: $.d }", view)
        test.given(try large()[3])
        #expect(test.parked.first?.reason.contains("time.precision.mode=isostring") == true, "\(test.parked)")
        let endless = try Feed.test("{ envelope: debezium, key: [$.id], time: { value: $.ts, unit: us } }", view)
        endless.given(try #require(large().first { $0.key == #"{"id":9}"# }))
        #expect(endless.parked.first?.reason.contains("9223372036825200000, which is not a time") == true)
    }

    // MARK: Keys and deletes

    @Test func `the key's columns are compared with the row's, and there must be no others`() throws {
        let event = try Feed.events(of: "strm.public.f")[0].withoutSchema
        func reason(_ key: String?, _ columns: String) throws -> String? {
            var changed = event
            changed.key = key
            let view = "f:\n  hash: \"f:{@key}\"\n  events: { row: { set: all } }"
            let test = try Feed.test("{ envelope: debezium, key: \(columns) }", view)
            test.given(changed)
            return test.parked.first?.reason
        }
        #expect(try reason(#"{"id":1,"k2":"a"}"#, "[$.k2, $.id]") == nil)
        #expect(try reason(#"{ "k2" : "\u0061", "id" : 1 }"#, "[$.id, $.k2]") == nil)
        #expect(try reason(#"{"schema":{},"payload":{"id":1,"k2":"a"}}"#, "[$.id, $.k2]") == nil)
        #expect(
            try reason(#"{"id":2,"k2":"a"}"#, "[$.id, $.k2]") == "$.id is 1, but in the record key it is 2")
        #expect(
            try reason(#"{"id":"1","k2":"a"}"#, "[$.id, $.k2]") == "$.id is 1, but in the record key it is \"1\"")
        #expect(try reason(#"{"id":1,"k2":"a"}"#, "[$.id]")?.contains("the topic declares as its columns $.id") == true)
        #expect(try reason(#"{"id":1}"#, "[$.id, $.k2]")?.contains("the topic declares as its columns") == true)
        #expect(try reason(#"{"id":1,"k2":null}"#, "[$.id, $.k2]")?.contains("the topic declares") == true)
        #expect(try reason("1:a", "[$.id, $.k2]")?.contains("not an object with the declared columns") == true)
        #expect(try reason(nil, "[$.id, $.k2]") == "the record has no key, but the topic declares the key's columns")
    }

    @Test func `a delete has the columns of its key, and nothing of an old row that is not there`() throws {
        let events = try large().filter { $0.key == #"{"id":1}"# }
        let view = """
            t:
              hash: "t:{id}"
              events:
                row: { set: { m: $.m } }
                delete: { set: { gone: "{@op?}", id: $.id } }
            """
        let test = try Feed.test("{ envelope: debezium, key: [$.id] }", view)
        test.given(events)
        #expect(test.parked.isEmpty, "\(test.parked)")
        #expect(test.hash("t:1") == ["m": "AiY=", "gone": "d", "id": "1"])
    }

    @Test func `with the whole old row a delete can find what only that had`() throws {
        let view = """
            f:
              set: "by-value:{v}"
              member: "{@key}"
              events: { row: add, delete: remove }
            """
        let test = try Feed.test("{ envelope: debezium, key: [$.id, $.k2], before: full, on-truncate: ignore }", view)
        let events = try Feed.events(of: "strm.public.f").map(\.withoutSchema)
        test.given(events[0])
        #expect(test.keys == ["by-value:1.50"])
        test.given(events[3].replacing("2.50", with: "1.50"), events[4])
        #expect(test.keys.isEmpty && test.parked.isEmpty, "\(test.parked)")
    }

    @Test func `the record key as it is may be a column, too`() throws {
        let test = try Feed.test(
            "{ envelope: debezium, key: $.id }",
            "t:\n  hash: \"t:{id}\"\n  events: { row: { set: { m: $.m } }, delete: delete }")
        var (create, delete) = (try large()[3], try large()[5])
        (create.key, delete.key) = ("1", "1")
        test.given(create)
        #expect(test.hash("t:1") == ["m": "AiY="], "\(test.parked)")
        test.given(delete)
        #expect(test.keys.isEmpty && test.parked.isEmpty, "\(test.parked)")
        test.given(create, .tombstone(key: "1"))
        #expect(test.keys.isEmpty && test.parked.isEmpty, "\(test.parked)")
    }

    @Test func `operations have rules of their own, and the more exact one is taken`() throws {
        let view = """
            t:
              hash: "t:{id}"
              events:
                row: { set: { as: row, op: "{@op}", table: "{@source.table}" } }
                snapshot: { set: { as: snapshot } }
            """
        let test = try Feed.test("{ envelope: debezium, key: [$.id] }", view)
        let events = try large()
        test.given(events[3])
        #expect(test.hash("t:1") == ["as": "snapshot"])
        test.given(events[4])
        #expect(test.hash("t:1") == ["as": "row", "op": "u", "table": "t"])
        // A delete without a rule, and a message of pg_logical_emit_message.
        test.given(events[5], events[6], TestEvent(key: #"{"id":1}"#, #"{"op":"m","message":{}}"#))
        #expect(test.parked.isEmpty && test.keys == ["t:1"])
    }
}
