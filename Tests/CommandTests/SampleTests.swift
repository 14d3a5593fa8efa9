import Configuration
import Projections
import Testing

@testable import LanternCommand

@Suite struct SampleTests {
    static let file = """
        kafka: { bootstrap.servers: b }
        redis: redis://r
        projections:
          orders:
            version: 1
            topics: { orders: { key: $.orderId } }
            type: $.type
            views:
              order:
                hash: "order:{orderId}"
                events:
                  OrderPlaced: { set: { total: $.total } }
                  OrderPaid:
                    - { when: { $.method: [card, cash] }, set: { status: paid } }
                    - { set: { status: owed } }
                  OrderDeleted: delete
                  tombstone: delete
              types:
                counter: "types:{@header.source}"
                events: { "*": { increment: 1 } }
        """

    private func report(_ lines: String..., file: String = Self.file, topic: String? = nil) throws -> SampleReport {
        let configuration = try Configuration.parse(text: file)
        var sample = try SampleFile(name: "s.ndjson", bytes: Array(lines.joined(separator: "\n").utf8))
        try sample.place(in: configuration.projections, topic: topic)
        return SampleReport(sample, configuration.projections, limits: Limits())
    }

    private func faults(_ lines: String..., file: String = Self.file) -> [String] {
        do {
            let configuration = try Configuration.parse(text: file)
            var sample = try SampleFile(name: "s.ndjson", bytes: Array(lines.joined(separator: "\n").utf8))
            try sample.place(in: configuration.projections, topic: nil)
            return []
        } catch let fault as SampleFile.Fault { return fault.lines } catch { return ["\(error)"] }
    }

    @Test func `of change events the rules are named for what happened, and keys are made of their columns`() throws {
        let file = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              feed:
                version: 1
                topics: { f: { envelope: debezium, key: [$.id, $.k2], on-truncate: ignore } }
                views:
                  f:
                    hash: "f:{id}:{k2}"
                    events: { create: { set: { v: $.v } }, row: { set: { v: $.v } }, delete: delete }
            """
        let row = #"{"before":null,"after":{"id":1,"k2":"a\"b","v":"1.50"},"op":"r"}"#
        let found = try report(
            #"{"@value":\#(row)}"#, #"{"@value":\#(row.replacing("\"r\"", with: "\"c\""))}"#,
            #"{"@key":"{\"id\":1,\"k2\":\"a\"}","@value":\#(row.replacing("\"r\"", with: "\"u\""))}"#,
            #"{"@key":"{\"id\":1,\"k2\":\"b\"}","@value":null}"#, #"{"@value":{"op":"t","after":null}}"#, file: file)
        let projection = try #require(found.projections.first)
        #expect(
            projection.rules.map { "\($0.view) \($0.event): \($0.matched)" } == [
                "f create: 1", "f row: 2", "f delete: 1",
            ])
        #expect(
            projection.bad.map(\.reason) == [
                #"$.k2 is "a\"b", but in the record key it is "a""#
            ])
        #expect(projection.unknownTypes.values.reduce(0, +) == 1)
    }

    @Test func `each rule says how many events it took`() throws {
        let placed = #"{"@value":{"type":"OrderPlaced","orderId":"o-1","total":5},"@headers":{"source":"web"}}"#
        let found = try report(
            placed, "", placed.replacing("o-1", with: "o-2"),
            #"{"@headers":{"source":"web"},"@value":{"type":"OrderPaid","orderId":"o-1","method":"cash"}}"#,
            #"{"@headers":{"source":"web"},"@value":{"type":"OrderPaid","orderId":"o-1","method":null}}"#,
            #"{"@key":"o-1","@value":null}"#)
        let projection = try #require(found.projections.first)
        #expect(
            projection.rules.map { "\($0.view) \($0.event) \($0.rule): \($0.matched)" } == [
                "order OrderPlaced 1: 2", "order OrderPaid 1: 1", "order OrderPaid 2: 1", "order OrderDeleted 1: 0",
                "order tombstone 1: 1", "types * 1: 4",
            ])
        #expect(projection.unmatched.map(\.event) == ["OrderDeleted"])
        #expect(projection.rules[1].when == "$.method is card or cash")
        #expect(projection.bad.isEmpty && projection.events == 5 && !found.hasBadEvents)
    }

    @Test func `events that cannot be projected are named with their line, and those behind them`() throws {
        let found = try report(
            #"{"type":"OrderPlaced","orderId":"o-1"}"#, #"{"type":"OrderDeleted","orderId":"o-1"}"#,
            #"{"@key":"x","@value":{"type":"OrderDeleted","orderId":"o-2"}}"#, "{", "[1]")
        let bad = found.projections[0].bad
        #expect(bad.map(\.line) == [1, 2, 3, 4, 5])
        #expect(bad[0].view == "order" && bad[0].key == "o-1" && bad[0].reason == "$.total finds nothing")
        #expect(bad[1].reason == "an earlier event of this key is parked")
        #expect(bad[2].reason == #"the record key is "x", but $.orderId is "o-2""#)
        #expect(bad[3].reason.hasPrefix("the value is not JSON") && bad[3].key == nil)
        #expect(bad[4].reason.hasPrefix("the record key is absent"))
        #expect(found.hasBadEvents)
        let text = SampleText.text(found, try Configuration.parse(text: Self.file).projections, hasColor: false)
        #expect(
            text.contains(
                "orders: 5 events would be parked:\n  s.ndjson:1: view order: $.total finds nothing (key o-1)\n"))
        #expect(text.contains("No event of the sample matched 3 rules:\n"))
        #expect(text.contains("  orders, view order: OrderPaid when $.method is card or cash\n"))
    }

    @Test func `half a surrogate pair in a field's name or text is named with the field`() throws {
        let file = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              p: { version: 1, topics: [t], views: { v: { hash: "v:{@key}", events: { "*": { set: all } } } } }
            """
        let found = try report(
            #"{"@key":"a","@value":{"x":1,"\ud800":1}}"#,
            #"{"@key":"b","@value":{"x":"\udc00"}}"#, file: file)
        #expect(
            found.projections[0].bad.map(\.reason) == [
                #"the name of field "\ud800" has an unpaired surrogate escape, and `set: all` needs every name"#,
                #"field "x" has an unpaired surrogate escape: "\udc00""#,
            ])
    }

    @Test func `types without a rule are counted`() throws {
        let file = Self.file.replacing("\"*\": { increment: 1 }", with: "OrderPlaced: { increment: 1 }")
        let found = try report(
            #"{"type":"Shipped","orderId":"a"}"#, #"{"type":"Shipped"}"#, #"{"orderId":"a"}"#, file: file)
        #expect(
            found.projections[0].unknownTypes.map { "\($0.key): \($0.value)" }.sorted() == ["(none): 1", "Shipped: 2"])
    }

    @Test func `what kcat writes is read as it is`() throws {
        let kcat =
            #"{"topic":"orders","partition":3,"offset":17,"tstype":"create","ts":1767225600000,"broker":1,"headers":["source","we\u0062"],"key":"o-1","payload":"{\"type\":\"OrderPlaced\",\"orderId\":\"o-1\",\"total\":1}"}"#
        let deleted = #"{"topic":"orders","partition":3,"offset":18,"ts":1767225600000,"key":"o-1","payload":null}"#
        let found = try report(kcat, deleted)
        #expect(found.projections[0].bad.isEmpty, "\(found.projections[0].bad)")
        #expect(found.projections[0].rules.filter { $0.matched > 0 }.map(\.event) == ["OrderPlaced", "tombstone", "*"])
        let sample = try SampleFile(name: "s", bytes: Array(kcat.utf8))
        #expect(
            sample.events[0].timestamp == 1_767_225_600_000
                && sample.events[0].headers == [.init(name: "source", value: "web")])
        #expect(sample.events[0].value == Array(#"{"type":"OrderPlaced","orderId":"o-1","total":1}"#.utf8))
    }

    @Test func `a value keeps its bytes, and an object that only looks like an envelope is a value`() throws {
        func value(_ line: String) throws -> String? {
            try SampleFile(name: "s", bytes: Array(line.utf8)).events[0].value.map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(try value(#"{"@value": {"a" : 1.50 } }"#) == #"{"a" : 1.50 }"#)
        #expect(try value(#"{"@value":"t\n"}"#) == #""t\n""#)
        #expect(try value(#"{"@value":null}"#) == nil)
        #expect(try value(#"{"topic":"t","key":"k","value":1}"#) == #"{"topic":"t","key":"k","value":1}"#)
        #expect(try value(#""text""#) == #""text""#)
    }

    @Test func `a mark of UTF-8 is passed over, UTF-16 and pretty-printed JSON are named`() throws {
        let event = Array(#"{"type":"OrderDeleted","orderId":"o"}"#.utf8)
        let marked = try SampleFile(name: "s", bytes: [0xEF, 0xBB, 0xBF] + event)
        #expect(marked.events.map(\.value) == [event])
        func fault(_ bytes: [UInt8]) -> String {
            do throws(SampleFile.Fault) {
                _ = try SampleFile(name: "s", bytes: bytes)
                return ""
            } catch { return error.lines.joined() }
        }
        #expect(fault([0xFF, 0xFE] + event.flatMap { [$0, 0] }).contains("UTF-16"))
        #expect(fault(event.flatMap { [0, $0] }).contains("UTF-16"))
        #expect(fault(Array("{\n  \"a\": 1\n}\n".utf8)).contains("pretty-printed"))
        #expect(fault(Array("[\r\n  {}\r\n]\n".utf8)).contains("pretty-printed"))
    }

    @Test func `paths and types of other bytes take their own events`() throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        let rules = names.map { "\($0): { set: { \($0): $.\($0) } }" }.joined(separator: ", ")
        let file = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              p: { version: 1, topics: [t], type: $.type, views: { v: { hash: "v:{@key}", events: { \(rules) } } } }
            """
        let lines = names.map { "{\"@key\":\"k\",\"@value\":{\"type\":\"\($0)\",\"\($0)\":1}}" }
        let found = try report(lines[0], lines[1], lines[1], file: file)
        #expect(found.projections[0].rules.map(\.matched) == [1, 2])
        #expect(found.projections[0].bad.isEmpty)
    }

    @Test func `types of other bytes are counted apart`() throws {
        let found = try report(
            "{\"@headers\":{\"source\":\"w\"},\"@value\":{\"type\":\"caf\u{E9}\",\"orderId\":\"o\"}}",
            "{\"@headers\":{\"source\":\"w\"},\"@value\":{\"type\":\"cafe\u{301}\",\"orderId\":\"o\"}}",
            file: String(Self.file[..<(Self.file.firstRange(of: "      types:")?.lowerBound ?? Self.file.endIndex)]))
        #expect(found.projections.first?.unknownTypes.count == 2)
    }

    @Test func `a sample that cannot be used says where`() {
        #expect(faults(#"{"@key":"a"}"#) == ["s.ndjson:1: it has no @value (null is a tombstone)"])
        #expect(faults(#"{"@value":1,"@kye":"a"}"#).first?.hasPrefix("s.ndjson:1: `@kye` is beside @topic") == true)
        #expect(
            faults("1", #"{"@value":1,"@topic":"ordres"}"#) == [
                "s.ndjson:2: no projection reads topic ordres; the projections read orders"
            ])
        #expect(
            faults(#"{"@value":1,"@headers":[1]}"#) == [
                "s.ndjson:1: @headers must be an object of names and strings, or null"
            ])
        #expect(faults(#"{"@value":1,"@timestamp":"x"}"#) == ["s.ndjson:1: @timestamp must be milliseconds since 1970"])
        #expect(faults("", " ") == ["s.ndjson: the sample has no events"])
        let two = Self.file.replacing(
            "{ orders: { key: $.orderId } }", with: "{ orders: { key: $.orderId }, others: {} }"
        )
        .replacing("hash: \"order:{orderId}\"", with: "hash: \"order:{orderId}\"\n        from: orders")
        #expect(
            faults("1", file: two).first?.contains(
                "cannot tell which of the topics orders, others this is from: pass `--topic TOPIC`") == true)
    }
}
