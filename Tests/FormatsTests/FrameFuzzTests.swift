import Bytes
import Configuration
import Foundation
import Projections
import Seeded
import Testing

@testable import Formats

private typealias W = DescriptorWriter

/// Events of a registry's serializers, whole and damaged, on all of their way from bytes to slots: frames, headers, lists of
/// message indexes, envelopes, keys and values.
@Suite struct FrameFuzzTests {
    private static let isLong = ProcessInfo.processInfo.environment["LANTERN_LONG"] != nil
    private static let rounds = isLong ? 200_000 : 600

    /// By number, as id or as the end of a GUID: 1 keys, 2 values, 3 values with other fields too, 9 not here yet.
    private final class Schemas: SchemaSource {
        private let known: [UInt64: WriterSchema]

        init(_ kind: WriterSchema.Kind, _ texts: [String]) {
            known = Dictionary(
                uniqueKeysWithValues: texts.enumerated().map { (UInt64($0 + 1), WriterSchema(kind, $1)) })
        }

        func schema(_ id: UInt32) -> SchemaAnswer { answer(UInt64(id)) }
        func schema(_ guid: SchemaGUID) -> SchemaAnswer { guid.high == 7 ? answer(guid.low) : .unusable("unknown") }

        private func answer(_ number: UInt64) -> SchemaAnswer {
            if number == 9 { return .awaited("it is on its way") }
            return known[number].map { .found($0) } ?? .unusable("unknown")
        }
    }

    private struct Sample {
        var key: [UInt8]
        var value: [UInt8]
        var headers: [(name: String, value: [UInt8])] = []
    }

    /// One encoding in one envelope.
    struct Case: CustomTestStringConvertible, Sendable {
        var isProtobuf: Bool
        var envelope: String

        var testDescription: String { "\(isProtobuf ? "protobuf" : "avro") in \(envelope)" }
    }

    private static let cases = ["none", "debezium", "cloudevents"].flatMap { envelope in
        [false, true].map { Case(isProtobuf: $0, envelope: envelope) }
    }

    // MARK: Schemas

    private static func avroSchemas(_ envelope: String) -> [String] {
        func row(_ fields: String) -> String {
            let row = #"{"type":"record","name":"Row","fields":[\#(fields)]}"#
            guard envelope == "debezium" else { return row }
            return
                #"{"type":"record","name":"Change","fields":[{"name":"after","type":["null",\#(row)]},{"name":"op","type":"string"}]}"#
        }
        let id = #"{"name":"id","type":"string"}"#
        let number = #"{"name":"n","type":"long"}"#
        return [
            #"{"type":"record","name":"Key","fields":[\#(id)]}"#, row("\(id),\(number)"),
            row(#"{"name":"more","type":{"type":"map","values":["null","double"]}},\#(number),\#(id)"#),
        ]
    }

    /// One file for all: Row is its first message, in it Inner, in that Deep, all of the same fields; then Key.
    private static func protobufSchema(_ envelope: String) -> String {
        let row = W.declared("id", 1, 9) + W.declared("n", 2, 3)
        func fields(_ name: String) -> [UInt8] {
            guard envelope == "debezium" else { return row }
            return W.declared("after", 1, 11, type: name) + W.declared("op", 2, 9)
        }
        let deep = W.message("Deep", fields(".t.Plain"))
        let inner = W.message("Inner", fields(".t.Plain"), W.field(3, deep))
        return Data(
            W.file(
                "proto3",
                [
                    W.message("Row", fields(".t.Plain"), W.field(3, inner)), W.message("Key", W.declared("id", 1, 9)),
                    W.message("Plain", row),
                ])
        ).base64EncodedString()
    }

    private static func schemas(_ test: Case) -> any SchemaSource {
        test.isProtobuf
            ? Schemas(.protobuf, Array(repeating: protobufSchema(test.envelope), count: 3))
            : Schemas(.avro, avroSchemas(test.envelope))
    }

    private static func plan(_ test: Case) throws -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: "-" }
            redis: redis://localhost
            registry: http://localhost
            projections:
              p:
                version: 1
                topics:
                  t: { encoding: \(test.isProtobuf ? "protobuf" : "avro"), envelope: \(test.envelope), key: [$.id] }
                views: { row: { hash: "row:{id}", events: { \(test.envelope == "debezium" ? "row" : "\"*\""): { set: { n: $.n, more: "$.more?", kind: "{@schema}" } } } } }
            """
        return try #require(Configuration.parse(text: text).projections.first)
    }

    // MARK: Events

    private static func zigzag(_ number: Int) -> [UInt8] {
        W.varint(UInt64(bitPattern: Int64(number) << 1 ^ Int64(number) >> 63))
    }

    private static func text(_ text: String) -> [UInt8] { zigzag(text.utf8.count) + Array(text.utf8) }

    private static func frame(_ id: UInt8) -> [UInt8] { [0, 0, 0, 0, id] }
    private static func guid(_ number: UInt8) -> [UInt8] { [1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, number] }

    private static func sample(_ test: Case, _ id: String, _ number: Int, _ random: inout SplitMix64) -> Sample {
        let schema: UInt8 = random.chance(50) ? 2 : 3
        var (key, value) = ([UInt8](), [UInt8]())
        var (keyPlace, valuePlace) = ([UInt8](), [UInt8]())
        if test.isProtobuf {
            key = W.field(1, id)
            let row = random.chance(50) ? W.field(1, id) + W.field(2, number) : W.field(2, number) + W.field(1, id)
            value = test.envelope == "debezium" ? W.field(2, "u") + W.field(1, row) : row
            keyPlace = zigzag(1) + zigzag(1)
            valuePlace = random.pick([[0], zigzag(1) + [0], zigzag(2) + [0, 0], zigzag(3) + [0, 0, 0]])
        } else {
            key = text(id)
            // A block whose size is said, and one that holds a double.
            let more = zigzag(-1) + zigzag(3) + text("k") + [0] + zigzag(1) + text("l") + [2, 0, 0, 0, 0, 0, 0, 0, 0]
            value =
                schema == 2
                ? text(id) + zigzag(number)
                : random.pick([[0], zigzag(1) + text("k") + [0, 0], more + [0]]) + zigzag(number) + text(id)
            if schema == 3, test.envelope == "none", random.chance(50) { value = [0] + zigzag(number) + text(id) }
            if test.envelope == "debezium" { value = [2] + value + text("u") }
        }
        var sample = Sample(key: key, value: value)
        if test.envelope == "cloudevents" { sample.headers.append(("ce_specversion", Array("1.0".utf8))) }
        switch random.below(3) {
        case 0: sample.value = frame(schema) + valuePlace + value
        case 1: sample.headers.append(("__value_schema_id", frame(schema) + valuePlace))
        default: sample.headers.append(("__value_schema_id", guid(schema) + valuePlace))
        }
        switch random.below(3) {
        case 0: sample.key = frame(1) + keyPlace + key
        case 1: sample.headers.append(("__key_schema_id", frame(1) + keyPlace))
        default: sample.headers.append(("__key_schema_id", guid(1) + keyPlace))
        }
        return sample
    }

    private static func damage(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<1 + random.below(3) where !bytes.isEmpty {
            // Mostly where frames, indexes and lengths are.
            let place = random.below(random.chance(60) ? min(bytes.count, 12) : bytes.count)
            switch random.below(6) {
            case 0: bytes.removeLast(1 + random.below(bytes.count))
            case 1: bytes[place] ^= 1 << UInt8(random.below(8))
            case 2: bytes[place] = UInt8(random.below(256))
            case 3: bytes.insert(UInt8(random.below(256)), at: place)
            case 4: bytes.remove(at: place)
            default:
                // A length or count that is much too large, or negative.
                bytes.replaceSubrange(place..<place + 1, with: W.varint(random.next() >> UInt64(random.below(64))))
            }
        }
        return bytes
    }

    // MARK: What is found

    /// What is wrong, or what each path and key column found; a slot outside of its bytes is said to be so.
    private static func found(
        _ decoders: TopicDecoders, _ sample: Sample, _ memory: (key: GuardedBytes, value: GuardedBytes),
        _ decoded: inout DecodedValue
    ) -> [String] {
        let headers = HeaderList()
        for (name, value) in sample.headers { headers.append(name: Array(name.utf8).span, value: value.span) }
        let fault = memory.key.withBytes(sample.key) { key in
            memory.value.withBytes(sample.value) { value in
                decoders.decode(
                    Event(topic: 0, partition: 0, offset: 0, timestamp: 1, key: key, value: value, headers: headers),
                    into: &decoded)
            }
        }
        if let fault { return ["\(fault)"] }
        let converted = decoded.converted.span.array
        func text(_ slot: FoundValue) -> String {
            if slot.kind == .nothing { return "nothing" }
            let bytes =
                switch slot.place {
                case .value: sample.value
                case .key: sample.key
                case .converted: converted
                }
            guard slot.range.upperBound <= bytes.count else { return "OUTSIDE \(slot)" }
            return "\(slot.kind) \(String(decoding: bytes[slot.range], as: UTF8.self))"
        }
        let key = decoded.keyFault.map { ["\($0)"] } ?? decoded.keyColumns.map(text)
        return decoded.found.map(text) + ["key"] + key + [decoded.awaitedKeySchema ?? "-"]
    }

    @Test(arguments: cases)
    func
        `damaged frames, headers, indexes and values are bad or others, read nothing outside, and leave nothing behind`(
            test: Case
        ) throws
    {
        let plan = try Self.plan(test)
        let schemas = Self.schemas(test)
        let memory = (key: try GuardedBytes(), value: try GuardedBytes())
        let used = TopicDecoders(plan, schemas: schemas)
        var decoded = DecodedValue(pathCount: plan.paths.count)
        let seed = Self.isLong ? UInt64.random(in: 0..<1_000_000) : 16
        var random = SplitMix64(seed: seed)
        var (whole, bad, awaited) = (0, 0, 0)
        for round in 0..<Self.rounds {
            let (id, number) = ("i\(random.below(100))", random.below(1_000_000))
            var sample = Self.sample(test, id, number, &random)
            let isWhole = random.chance(30)
            if !isWhole {
                switch random.below(3) {
                case 0: sample.key = Self.damage(sample.key, &random)
                case 1: sample.value = Self.damage(sample.value, &random)
                default:
                    for index in sample.headers.indices {
                        sample.headers[index].value = Self.damage(sample.headers[index].value, &random)
                    }
                }
                if random.chance(5) { sample.value = Self.frame(9) + sample.value }
            }
            let found = Self.found(used, sample, memory, &decoded)
            let place = Comment(rawValue: "seed \(seed), round \(round): \(sample)")
            #expect(!found.contains { $0.hasPrefix("OUTSIDE") }, place)
            if isWhole {
                whole += 1
                #expect(found.contains("string \(id)") && found.contains("number \(number)"), place)
                #expect(found.suffix(3) == ["key", "string \(id)", "-"], place)
            } else if found.count == 1 {
                bad += 1
                if found[0].contains("awaits") { awaited += 1 }
            }
            // One that has read nothing else finds the same.
            var fresh = DecodedValue(pathCount: plan.paths.count)
            #expect(Self.found(TopicDecoders(plan, schemas: schemas), sample, memory, &fresh) == found, place)
        }
        #expect(whole > Self.rounds / 5 && bad > Self.rounds / 10 && awaited > 0)
    }
}
