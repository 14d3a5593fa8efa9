import Configuration
import Formats
import Projections
import Testing

@testable import Lantern

/// Avro and Protobuf in the Swift form make what they make in the file's.
@Suite struct SwiftAvroTests {
    private static let key = #"{"type":"record","name":"K","fields":[{"name":"id","type":"string"}]}"#
    private static let placed =
        #"{"type":"record","name":"Placed","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}]}"#
    private static let paid = #"{"type":"record","name":"shop.Paid","fields":[{"name":"id","type":"string"}]}"#
    private static let schemas: [UInt32: String] = [1: key, 2: placed, 3: paid]

    private struct Orders: Projection {
        static let name = "orders", version = 1
        static let topics = [Topic("t", keyColumns: ["$.id"], encoding: .avro)]

        let schema = Field("{@schema}")
        let total = Field("$.total")
        let order = HashView("order:{id}")
        let cents = CounterView(shared: "cents")

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {
            if event.isTombstone { return try order.delete(in: &changes) }
            switch event[schema] {
            case "shop.Placed":
                try order.set("total", to: event[total], in: &changes)
                try cents.increment(by: event[total].integer(scale: 2), in: &changes)
            case "shop.Paid": try order.set("status", to: "paid", in: &changes)
            default: break
            }
        }
    }

    private func yaml(_ topic: String, type: String, _ views: String) throws -> ProjectionPlan {
        let indented = views.replacing("\n", with: "\n      ")
        let text = """
            kafka: { bootstrap.servers: "-" }
            redis: redis://localhost
            registry: http://localhost
            projections:
              orders:
                version: 1
                topics: { t: \(topic) }
                type: "\(type)"
                views:
                  \(indented)
            """
        return try #require(Configuration.parse(text: text).projections.first)
    }

    private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count * 2)] + Array(text.utf8) }

    private static func frame(_ schema: UInt8, _ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, 0, schema] + bytes }

    private static func event(_ id: String, _ schema: UInt8, _ more: [UInt8] = []) -> TestEvent {
        TestEvent(keyBytes: frame(1, text(id)), bytes: frame(schema, text(id) + more))
    }

    @Test func `records of several schemas make the same rows in Swift and in YAML`() throws {
        var gone = Self.event("b", 3)
        gone.bytes = nil
        let events = [
            Self.event("a", 2, [4, 0x04, 0xD2]), Self.event("b", 2, [2, 50]), Self.event("a", 3), gone,
            // No such schema: parked with its reason.
            Self.event("c", 9),
        ]
        let swift = try ProjectionTest(Orders(), schemas: Self.schemas)
        let plan = try yaml(
            "{ encoding: avro, key: [$.id] }", type: "{@schema}",
            """
            order:
              hash: "order:{id}"
              events:
                shop.Placed: { set: { total: $.total } }
                shop.Paid: { set: { status: paid } }
                tombstone: delete
            cents: { counter: "cents", events: { shop.Placed: { increment: { value: $.total, scale: 2 } } } }
            """)
        let file = ProjectionTest(makeProjector(plan, schemas: TestSchemas(Self.schemas)))
        for test in [swift, file] {
            test.given(events)
            #expect(test.hash("order:a") == ["total": "12.34", "status": "paid"])
            #expect(test.keys == ["cents", "order:a"])
            #expect(test.text("cents") == "1284")
            #expect(test.parked.map(\.event) == [events[4]])
            #expect(test.parked.first?.reason.contains("schema 9") == true, "\(test.parked)")
        }
        #expect(swift.rows == file.rows)
    }

    @Test func `a schema that is not here yet is waited for, of a value and of a key`() throws {
        for awaited in [1, 2] as [UInt32] {
            let projector = try SwiftProjector(Orders(), schemas: Late(awaited))
            var changes = Changeset()
            let (key, value) = (Self.frame(1, Self.text("a")), Self.frame(2, Self.text("a") + [2, 50]))
            let headers = HeaderList()
            let outcome = projector.project(
                Projections.Event(
                    topic: 0, partition: 0, offset: 0, timestamp: 1, key: key.span, value: value.span, headers: headers),
                into: &changes)
            #expect(outcome == .awaitsSchema("\(awaited) is on its way"))
        }
    }

    private final class Late: SchemaSource {
        private let awaited: UInt32

        init(_ awaited: UInt32) { self.awaited = awaited }

        func schema(_ id: UInt32) -> SchemaAnswer {
            if id == awaited { return .awaited("\(id) is on its way") }
            return .found(WriterSchema(.avro, SwiftAvroTests.schemas[id] ?? ""))
        }
    }

    // MARK: Protobuf

    private static let payment =
        "base64:CkAKCnNob3AucHJvdG8SBHNob3AiJAoHUGF5bWVudBIKCgJpZBgBIAEoCRINCgVjZW50cxgCIAEoA2IGcHJvdG8z"

    private struct Payments: Projection {
        static let name = "orders", version = 1
        static let topics = [
            Topic(
                "t", key: "$.id",
                encoding: .describedProtobuf(
                    descriptors: DescriptorSet.bytes(inlined: SwiftAvroTests.payment) ?? [], message: "shop.Payment"))
        ]
        let cents = Field("$.cents")
        let payment = HashView("payment:{id}")

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {
            try payment.set("cents", to: event[cents], in: &changes)
        }
    }

    @Test func `messages that descriptors describe make the same rows in Swift and in YAML`() throws {
        let event = TestEvent(keyBytes: Array("p".utf8), bytes: [0x0A, 1, UInt8(ascii: "p"), 0x10, 0xAC, 0x02])
        let plan = try yaml(
            "{ encoding: protobuf, key: $.id, descriptors: \"\(Self.payment)\", message: shop.Payment }",
            type: "{@schema}",
            #"payment: { hash: "payment:{id}", events: { shop.Payment: { set: { cents: $.cents } } } }"#)
        let (swift, file) = (try ProjectionTest(Payments()), ProjectionTest(makeProjector(plan)))
        for test in [swift, file] {
            test.given(event)
            #expect(test.hash("payment:p") == ["cents": "300"])
        }
    }

    // MARK: Mistakes

    private struct Wrong: Projection {
        static let name = "wrong", version = 1
        static let topics = [
            Topic("a", encoding: .describedProtobuf(descriptors: [1, 2])),
            Topic("b", keyColumns: ["$.id"], encoding: .bytes, envelope: .debezium),
            Topic("c", hasStableKeys: true),
        ]
        let row = HashView("row:{@key}")
        let schema = Field("{@schema}")

        func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    @Test func `what cannot be read so is refused, as in a file`() throws {
        let fault = try #require(LanternProgram.fault(of: Wrong()))
        for words in [
            "topic a: its descriptors: ", "topic a: its descriptors need `message`",
            "topic b: bytes are not looked into",
            "topic b: bytes are taken as a whole",
            "topic c: `hasStableKeys` is an option of topics in Avro or Protobuf",
        ] {
            #expect(fault.contains(words), "\(words) is not in: \(fault)")
        }
        let plan = try SwiftProjector(Orders()).plan
        let settings = try Configuration.settings(["kafka": ["bootstrap.servers": "-"], "redis": ["url": "redis://x"]])
        #expect {
            try settings.checkRegistry(of: plan)
        } throws: { "\($0)".contains("the settings need `registry`, its URL") }
        let registry = ["url": "https://r", "user": "u", "password-file": "p", "tls.ca": "ca.pem"]
        let named = try Configuration.settings([
            "kafka": ["bootstrap.servers": "-"], "redis": ["url": "redis://x"], "registry": registry,
        ])
        try named.checkRegistry(of: plan)
        #expect(named.registry?.authority == "ca.pem" && named.registry?.user == "u")
    }
}
