import Bytes
import Projections
import Testing

@testable import Formats

private typealias W = DescriptorWriter

@Suite struct ProtobufTests {
    private func read(_ set: [UInt8], _ value: [UInt8], _ request: FieldRequest) throws -> [String] {
        let schema = try ProtobufSchema(descriptorSet: set)
        let message = try #require(schema.message(named: "t.M"))
        let program = ProtobufCompiler.compile(schema, message: message, for: request)
        var walk = ProtobufWalk()
        var fields = DecodedValue(pathCount: request.paths.count)
        var reason: String?
        withCursor(value) { cursor in
            do throws(BinaryFault) {
                try walk.read(cursor, at: .value, by: program, into: &fields)
            } catch { reason = error.reason.rawValue }
        }
        if let reason { return [reason] }
        func text(_ slot: FoundValue) -> String {
            let bytes = slot.place == .value ? Array(value[slot.range]) : fields.converted.span(slot.range).array
            return "\(slot.kind) \(String(decoding: bytes, as: UTF8.self))"
        }
        let members = fields.members.map { text($0.name) + " " + text($0.value) }
        return fields.found.map(text) + members + (request.copiesWhole ? [text(fields.whole)] : [])
    }

    private func read(_ set: [UInt8], _ value: [UInt8], _ paths: String...) throws -> [String] {
        try read(set, value, FieldRequest(paths: paths.map { $0.split(separator: ".").map(String.init) }))
    }

    private static let color =
        W.field(1, "C") + W.field(2, W.field(1, "RED") + W.field(2, 0))
        + W.field(2, W.field(1, "BLUE") + W.field(2, 5))

    private func one(_ syntax: String, _ declared: [UInt8]) -> [UInt8] {
        W.set(syntax, [W.message("M", declared)], enums: [Self.color])
    }

    @Test func `what proto3 does not write is its zero, and what has presence is nothing`() throws {
        let fields = [
            W.declared("n", 1, 3), W.declared("s", 2, 9), W.declared("b", 3, 8), W.declared("c", 4, 14, type: ".t.C"),
            W.declared("list", 5, 9, isRepeated: true), W.declared("m", 6, 11, type: ".t.M"),
        ].flatMap { $0 }
        let paths = ["n", "s", "b", "c", "list", "m"]
        let request = FieldRequest(paths: paths.map { [$0] })
        #expect(
            try read(one("proto3", fields), [], request)
                == ["number 0", "string ", "no ", "string RED", "array []", "nothing "])
        #expect(
            try read(one("proto2", fields), [], request)
                == ["nothing ", "nothing ", "nothing ", "nothing ", "array []", "nothing "])
    }

    @Test func `the last field of a oneof counts, and takes what the others had`() throws {
        let inner = W.message("I", W.declared("x", 1, 5))
        let set = W.set(
            "proto3",
            [
                W.message(
                    "M", W.declared("a", 1, 11, type: ".t.I", oneof: 0), W.declared("b", 2, 5, oneof: 0), oneofs: 1),
                inner,
            ])
        let a = W.field(1, W.field(1, 7))
        let b = W.field(2, 9)
        #expect(try read(set, a, "a.x", "a", "b") == ["number 7", #"object {"x":7}"#, "nothing "])
        #expect(try read(set, a + b, "a.x", "a", "b") == ["nothing ", "nothing ", "number 9"])
        #expect(try read(set, b + a, "a.x", "a", "b") == ["number 7", #"object {"x":7}"#, "nothing "])
        // A field that no path names ends the others all the same.
        #expect(try read(set, a + b, "a.x") == ["nothing "])
        #expect(try read(set, b + a, FieldRequest(paths: [], copiesWhole: true)) == [#"object {"a":{"x":7}}"#])
    }

    @Test func `occurrences of one message are merged, of a number the last one counts`() throws {
        let set = W.set(
            "proto3",
            [
                W.message("M", W.declared("i", 1, 11, type: ".t.I"), W.declared("n", 2, 17)),
                W.message("I", W.declared("x", 1, 5), W.declared("l", 2, 5, isRepeated: true)),
            ])
        let first = W.field(1, W.field(1, 1) + W.field(2, 4)) + W.field(2, 1)
        let second = W.field(1, W.field(1, 2) + W.field(2, [5, 6])) + W.field(2, 2)
        #expect(
            try read(set, first + second, "i.x", "i.l", "i", "n")
                == ["number 2", "array [4,5,6]", #"object {"x":2,"l":[4,5,6]}"#, "number 1"])
    }

    @Test func `a closed enum does not take a number that it lacks, an open one shows it`() throws {
        let fields = W.declared("c", 1, 14, type: ".t.C")
        #expect(try read(one("proto3", fields), W.field(1, 9), "c") == ["number 9"])
        #expect(try read(one("proto2", fields), W.field(1, 5) + W.field(1, 9), "c") == ["string BLUE"])
    }

    @Test func `maps have text keys, each once`() throws {
        let entry = W.message("E", W.declared("key", 1, 5), W.declared("value", 2, 9), isMapEntry: true)
        let set = W.set(
            "proto3",
            [W.message("M", W.declared("m", 1, 11, type: ".t.M.E", isRepeated: true), W.field(3, entry))])
        let three = W.field(1, W.field(1, 3) + W.field(2, "c"))
        let none = W.field(1, [])
        #expect(
            try read(set, three + none, "m", "m.3", "m.0", "m.4")
                == [#"object {"3":"c","0":""}"#, "string c", "string ", "nothing "])
        #expect(try read(set, three + three, "m") == ["a map has a key twice"])
        #expect(try read(set, three + three, "m.3") == ["a map has a key twice"])
        // Not looked at.
        #expect(try read(set, three + three, "m.4") == ["nothing "])
    }

    @Test func `numbers, bytes and members have the texts of the table`() throws {
        let fields = [W.declared("u", 1, 4), W.declared("d", 2, 1), W.declared("y", 3, 12), W.declared("z", 4, 18)]
        let value = W.field(1, -1) + [0x11, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F] + W.field(3, [255]) + W.field(4, 1)
        #expect(
            try read(
                one("proto3", fields.flatMap { $0 }), value, FieldRequest(paths: [], membersOf: [], copiesWhole: true))
                == [
                    "string u number 18446744073709551615", "string d string NaN", "string y string /w==",
                    "string z number -1", #"object {"u":18446744073709551615,"d":"NaN","y":"/w==","z":-1}"#,
                ])
    }

    @Test(
        arguments: [
            ([0x07], "a field's tag is malformed"), ([0x00], "a field's tag is malformed"),
            ([0x08], "it ends in the middle of a value"),
            ([0x12, 0x02, 0x61], "a length is negative or reaches past the value's end"),
            ([0x12, 0x01, 0xFF], "a string is not UTF-8"), ([0x1B], "a group is not closed"),
            ([0x1B, 0x24], "a group is not closed"), ([0x1C], "a group is not closed"),
        ] as [([UInt8], String)])
    func `what is not Protobuf is bad`(value: [UInt8], reason: String) throws {
        let fields = W.declared("n", 1, 3) + W.declared("s", 2, 9)
        #expect(try read(one("proto3", fields), value, "n", "s") == [reason])
    }

    @Test func `groups are passed over`() throws {
        let fields = W.declared("n", 1, 3)
        let value: [UInt8] = [0x1B, 0x08, 0x05, 0x2B, 0x2C, 0x1C] + W.field(1, 4)
        #expect(try read(one("proto2", fields), value, "n") == ["number 4"])
    }

    @Test func `a descriptor set that cannot be used says why`() {
        #expect(throws: SchemaFault("the descriptor set has no messages")) { try ProtobufSchema(descriptorSet: []) }
        #expect(throws: SchemaFault("this is not a descriptor set: it ends in the middle of a value (at byte 1)")) {
            try ProtobufSchema(descriptorSet: [0x08])
        }
        let lacking = W.set("proto3", [W.message("M", W.declared("i", 1, 11, type: ".other.I"))])
        #expect(
            throws: SchemaFault("the descriptor set lacks other.I, which t.M uses: make it with --include_imports")
        ) { try ProtobufSchema(descriptorSet: lacking) }
    }

    @Test func `a frame names a message by its place`() throws {
        let nested = W.message("Inner", W.declared("n", 1, 5))
        let schema = try ProtobufSchema(
            descriptorSet: W.set("proto3", [W.message("A"), W.message("B", W.field(3, nested))]))
        for (bytes, name) in [([0x00], "t.A"), ([0x02, 0x02], "t.B"), ([0x04, 0x02, 0x00], "t.B.Inner")]
            as [([UInt8], String)]
        {
            var places: [Int] = []
            withCursor(bytes) { cursor in
                var cursor = cursor
                places = (try? RegistryFrame.message(&cursor)).map { RegistryFrame.places($0) } ?? []
            }
            #expect(schema.message(at: places).map { schema.messages[$0].name } == name)
        }
        #expect(schema.message(at: [2]) == nil && schema.message(at: [0, 0]) == nil)
    }
}
