import Bytes
import Configuration
import Foundation
import Projections
import Seeded
import Testing

@testable import LanternCommand

/// `lantern init` on topics of many kinds: its file validates, and parks none of the events that it has not seen, or says which.
@Suite struct `A proposed file` {
    /// So many events are held out: 100,000 in the long run.
    private static let heldOut =
        ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1" ? 100_000 : 3_000
    private static let sampled = 6_000
    private static let head = DraftHead(
        kafka: [("bootstrap.servers", "localhost:9092")], redis: "redis://localhost:6379")

    private struct Outcome {
        let text: String
        let plan: ProjectionPlan
        let check: DraftCheck
    }

    /// Proposes a file from the start, the middle and the end of what `event` makes, and tries it on the rest.
    private func propose(
        _ topic: String, isCompacted: Bool? = false, _ event: (Int) -> SampleEvent
    ) throws -> Outcome {
        var sample = SampledTopic(topic, isCompacted: isCompacted)
        var rest: [SampleEvent] = []
        let total = Self.sampled + Self.heldOut
        sample.size = Int64(total)
        let part = Self.sampled / 3
        for index in 0..<total {
            let event = event(index)
            let isSampled =
                index < part || (total / 2..<total / 2 + part).contains(index) || index >= total - part
            if isSampled {
                sample.append(event, at: .init(partition: 0, offset: Int64(index)))
            } else {
                var event = event
                event.topic = topic
                event.line = rest.count + 1
                rest.append(event)
            }
        }
        let draft = try Draft([sample], Self.head, environment: [:])
        let configuration = try Configuration.parse(text: draft.text, file: "draft")
        #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
        let plan = try #require(configuration.projections.first)
        return Outcome(text: draft.text, plan: plan, check: DraftCheck(plan, rest, limits: configuration.limits))
    }

    private func expectTaken(_ outcome: Outcome, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    {
        let (check, text) = (outcome.check, outcome.text)
        #expect(check.bad.isEmpty && check.behind == 0, "\(check.faults)\n\(text)", sourceLocation: sourceLocation)
        #expect(check.unknownTypes.isEmpty, "\(check.unknownTypes)", sourceLocation: sourceLocation)
        for word in words { #expect(text.contains(word), "no \(word) in\n\(text)", sourceLocation: sourceLocation) }
    }

    private static func event(_ key: String?, _ value: String?, at time: Int64 = 1_767_225_600_000) -> SampleEvent {
        var event = SampleEvent(line: 1, timestamp: time)
        event.key = key.map { .bytes(Array($0.utf8)) } ?? .none
        event.value = value.map { Array($0.utf8) }
        return event
    }

    /// The demo's events of one topic.
    private func demo(_ topic: String) -> (Int) -> SampleEvent {
        var events = DemoEvents(seed: 7, startSecond: 1_767_225_600, total: 1_000_000)
        var index = 0
        return { _ in
            while true {
                let record = events.next(index)
                index += 1
                if record.topic == topic { return Self.event(record.key, record.value) }
            }
        }
    }

    @Test func `of orders has their state, their numbers by type and what was spent by customer`() throws {
        let outcome = try propose("orders", demo("orders"))
        expectTaken(
            outcome, "orders: { key: $.orderId }", "type: $.type", "time: $.at", "hash: \"order:{orderId}\"",
            "OrderDeleted: delete", "note: $.note?", "buckets: \"orders-per-minute\"",
            "sorted-set: \"orders-total-by-customer-id\"", "OrderPaid: { increment: { value: $.total, scale: 2 } }",
            "would be parked")
    }

    @Test func `of a compacted topic takes whole states and deletions`() throws {
        let outcome = try propose("customers", isCompacted: true, demo("customers"))
        expectTaken(
            outcome, "customers: { compacted: true }", "hash: \"customer:{@key}\"", "\"*\": { set: all }",
            "tombstone: delete")
        #expect(outcome.plan.views.count == 1)
    }

    @Test func `of another compacted topic, whose states are not objects, keeps them as documents`() throws {
        var random = SplitMix64(seed: 3)
        let outcome = try propose("flags", isCompacted: true) { _ in
            let bits = random.next()
            return Self.event("f-\(bits % 50)", ["true", "[1,2]", "{\"a\":1}", "\"x\"", nil][Int(bits >> 40) % 5])
        }
        expectTaken(outcome, "document: \"flag:{@key}\"", "tombstone: delete")
    }

    /// Messages as Debezium writes them, with other keys and numbers: of one table the row, of another one with two columns in its
    /// key. `decimals` is how a number without a fixed scale is written.
    private static func change(_ bits: UInt64, decimals: String, large: Bool = true) -> SampleEvent {
        let id = bits % 400
        func row(_ big: String) -> String {
            #"{"id":\#(id),"n102":"12.30","nfree":\#(decimals),"ts":"2026-01-02T03:04:05.678901Z","j":"{\"a\": 1}","big":\#(big),"b":true,"arr":[1,2],"u":null}"#
        }
        let source =
            #"{"version":"3.3.1.Final","connector":"postgresql","name":"plain","ts_ms":1795647313578,"snapshot":"false","db":"shop","schema":"public","table":"t","txId":736,"lsn":26418768,"xmin":null}"#
        let key = #"{"id":\#(id)}"#
        func value(_ before: String, _ after: String, _ op: String) -> SampleEvent {
            event(
                key,
                #"{"before":\#(before),"after":\#(after),"source":\#(source),"transaction":null,"op":"\#(op)","ts_ms":1795647313747}"#
            )
        }
        switch (bits >> 32) % 10 {
        case 0: return event(key, nil)
        case 1: return value(#"{"id":\#(id),"n102":null}"#, "null", "d")
        case 2: return value("null", row(#""x""#), "c")
        case 3: return value("null", row(#""x""#), "r")
        default: return value("null", row(large ? #""__debezium_unavailable_value""# : #""y""#), "u")
        }
    }

    @Test func `of Debezium's events has the rows by the columns of their keys`() throws {
        var random = SplitMix64(seed: 5)
        let outcome = try propose("shop.public.t") { _ in Self.change(random.next(), decimals: #""12.34""#) }
        expectTaken(
            outcome, "Debezium's change events", "shop.public.t: { envelope: debezium, key: [$.id] }",
            "hash: \"t:{id}\"", "events: { row: { set: all }, delete: delete }")
        // A change that is written twice would count twice.
        #expect(!outcome.text.contains("sorted-set") && !outcome.text.contains("increment"))
        let names = try propose("shop.public.f") { index in
            let (id, name) = (random.next() % 50, random.next() % 7)
            return Self.event(
                #"{"id":\#(id),"k2":"\#(name)"}"#,
                #"{"before":null,"after":{"v":"1.50","k2":"\#(name)","id":\#(id)},"source":{"table":"f"},"op":"\#(index % 3 == 0 ? "c" : "u")","ts_ms":1795647313747}"#
            )
        }
        expectTaken(names, "key: [$.id, $.k2]", "hash: \"f:{id}:{k2}\"")
    }

    @Test func `of Debezium's events names the connector's setting that cures what would be parked`() throws {
        var random = SplitMix64(seed: 6)
        let outcome = try propose("shop.public.t") { _ in
            Self.change(random.next(), decimals: #"{"scale":4,"value":"AeJA"}"#)
        }
        #expect(!outcome.check.bad.isEmpty)
        for fault in outcome.check.faults {
            #expect(outcome.text.replacing("\n  # ", with: " ").contains(fault.reason), "\(fault) in\n\(outcome.text)")
        }
        #expect(outcome.text.contains("decimal.handling.mode"), "\(outcome.text)")
    }

    @Test func `of plain numbers keeps the newest, and counts`() throws {
        var random = SplitMix64(seed: 9)
        let outcome = try propose("temperatures") { _ in
            let bits = random.next()
            return Self.event("sensor-\(bits % 20)", "\(Double(bits >> 44) / 16)")
        }
        expectTaken(outcome, "document: \"temperature:{@key}\"", "\"*\": { increment: { events: 1 } }")
    }

    @Test func `of events without keys sums what has an identifier`() throws {
        var random = SplitMix64(seed: 11)
        let outcome = try propose("clicks") { _ in
            let bits = random.next()
            return Self.event(
                nil,
                #"{"page":"/p\#(bits % 31)","userId":"u-\#((bits >> 8) % 90)","duration":\#((bits >> 20) % 5_000)}"#)
        }
        expectTaken(outcome, "sorted-set: \"clicks-duration-by-user-id\"", "\"*\": { increment: $.duration }")
        #expect(!outcome.text.contains("hash:"))
    }

    @Test func `of mixed garbage says what is parked and why`() throws {
        var random = SplitMix64(seed: 13)
        let outcome = try propose("mixed") { _ in
            let bits = random.next()
            let values: [String?] = [
                "{\"a\":1}", "not json", "", "42", "[1,", "{\"a\":1,\"a\":2}", nil, "\u{0}\u{0}\u{0}\u{0}\u{7}avro",
                "null",
                "{\"b\":\"\\ud800\"}", "{\"type\":7}", "{\"type\":\"x\"}",
            ]
            return Self.event((bits >> 50) % 3 == 0 ? nil : "k-\(bits % 9)", values[Int((bits >> 20) % 12)])
        }
        #expect(!outcome.check.bad.isEmpty)
        for fault in outcome.check.faults {
            #expect(outcome.text.contains(fault.reason), "\(fault) is not said in\n\(outcome.text)")
        }
        for words in ["frame of a schema registry (schema 7)", "are not JSON", "have no key", "would be parked:"] {
            #expect(outcome.text.contains(words), "no \(words) in\n\(outcome.text)")
        }
    }

    @Test func `takes back what one event disproves`() throws {
        // One event of 3,000 has a number where the others have texts, and no customer.
        let outcome = try propose("payments") { index in
            let fields = index % 3_001 == 1_501 ? #""amount":"free""# : #""amount":12,"customerId":"c-\#(index % 40)""#
            return Self.event("p-\(index)", #"{"type":"Paid","id":"p-\#(index)",\#(fields)}"#)
        }
        expectTaken(outcome, "customerId: $.customerId?", "amount: $.amount,")
        #expect(!outcome.text.contains("sorted-set"), "\(outcome.text)")
    }

    @Test func `is refused for topics that have nothing to fold, with the reason`() throws {
        var frames = SampledTopic("avro", isCompacted: false)
        for index in 0..<50 {
            frames.append(
                Self.event("k", "\u{0}\u{0}\u{0}\u{0}\u{3}data"), at: .init(partition: 0, offset: Int64(index)))
        }
        let draft = try Draft([frames, SampledTopic("empty", isCompacted: nil)], Self.head, environment: [:])
        #expect(draft.text.isEmpty)
        #expect(draft.refusals.count == 2 && draft.refusals[0].contains("schema 3"), "\(draft.refusals)")
        #expect(draft.refusals[1].contains("no events"), "\(draft.refusals)")
    }

    @Test func `has several topics without names that collide`() throws {
        let topics = ["a.orders", "b.orders", "orders-per-minute", "lantern.x", "ORDERS"].map { name in
            var topic = SampledTopic(name, isCompacted: false)
            for index in 0..<60 {
                topic.append(
                    Self.event("k-\(index)", #"{"type":"T","n":\#(index)}"#),
                    at: .init(partition: 0, offset: Int64(index)))
            }
            return topic
        }
        let draft = try Draft(topics, Self.head, environment: [:])
        let configuration = try Configuration.parse(text: draft.text, file: "draft")
        #expect(configuration.projections.count == 5 && draft.refusals.isEmpty, "\(draft.text)")
        #expect(Set(configuration.projections.map(\.name)).count == 5)
    }
}
