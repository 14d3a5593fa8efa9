import Bytes
import Projections
import Testing

@testable import Formats

@Suite struct AvroTests {
    /// `kind text` of each path, of `$.a.b` written as `a.b`; the reason alone if the value is bad.
    private func read(_ schema: String, _ value: [UInt8], _ paths: [String]) throws -> [String] {
        try read(
            AvroSchema(schema), value, FieldRequest(paths: paths.map { $0.split(separator: ".").map(String.init) })
        )
        .found
    }

    private func read(
        _ schema: AvroSchema, _ value: [UInt8], _ request: FieldRequest
    ) throws -> (found: [String], members: [String], whole: String) {
        let program = AvroCompiler.compile(schema, for: request)
        var walk = AvroWalk()
        var fields = DecodedValue(pathCount: request.paths.count)
        var reason: String?
        withCursor(value) { cursor in
            do throws(BinaryFault) {
                try walk.read(cursor, at: .value, by: program, into: &fields)
            } catch { reason = error.reason.rawValue }
        }
        if let reason { return ([reason], [], "") }
        func text(_ slot: FoundValue) -> String {
            let bytes = slot.place == .value ? Array(value[slot.range]) : fields.converted.span(slot.range).array
            return "\(slot.kind) \(String(decoding: bytes, as: UTF8.self))"
        }
        return (
            fields.found.map(text), fields.members.map { text($0.name) + " " + text($0.value) }, text(fields.whole)
        )
    }

    private func record(_ fields: String...) -> String {
        let list = fields.enumerated().map { #"{"name":"f\#($0)","type":\#($1)}"# }.joined(separator: ",")
        return #"{"type":"record","name":"R","fields":[\#(list)]}"#
    }

    @Test(
        arguments: [
            (#"{"type":"int","logicalType":"date"}"#, [0x00], "string 1970-01-01"),
            (#"{"type":"int","logicalType":"date"}"#, [0x01], "string 1969-12-31"),
            (#"{"type":"int","logicalType":"time-millis"}"#, [0xD2, 0x0F], "string 00:00:01.001"),
            (#"{"type":"long","logicalType":"timestamp-millis"}"#, [0x01], "string 1969-12-31T23:59:59.999Z"),
            (#"{"type":"long","logicalType":"timestamp-micros"}"#, [0x02], "string 1970-01-01T00:00:00.000001Z"),
            (#"{"type":"long","logicalType":"local-timestamp-nanos"}"#, [0x02], "string 1970-01-01T00:00:00.000000001"),
            (
                #"{"type":"long","connect.name":"io.debezium.time.MicroTimestamp"}"#, [0x02],
                "string 1970-01-01T00:00:00.000001Z"
            ),
            (#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#, [0x02, 0x05], "number 0.05"),
            (#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#, [0x02, 0xFF], "number -0.01"),
            (#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":0}"#, [0x04, 0x04, 0xD2], "number 1234"),
            // Not of its type: ignored, as the specification says.
            (#"{"type":"bytes","logicalType":"decimal","precision":1,"scale":2}"#, [0x02, 0x05], "string BQ=="),
            (#"{"type":"string","logicalType":"uuid"}"#, [0x02, 0x61], "string a"),
            (#""double""#, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], "number 1.5"),
            (#""double""#, [0, 0, 0, 0, 0, 0, 0xF8, 0x7F], "string NaN"),
            (#""float""#, [0xCD, 0xCC, 0xCC, 0x3D], "number 0.1"),
            (#""float""#, [0, 0, 0x80, 0xFF], "string -Infinity"),
            (#""bytes""#, [0x04, 0xFF, 0x00], "string /wA="),
            (#"["null","long"]"#, [0x00], "null "),
            (#"["null","long"]"#, [0x02, 0x05], "number -3"),
            (#"{"type":"enum","name":"E","symbols":["A","B"]}"#, [0x02], "string B"),
            (#"{"type":"array","items":"boolean"}"#, [0x04, 0x01, 0x00, 0x00], "array [true,false]"),
            (#"{"type":"map","values":"int"}"#, [0x02, 0x02, 0x22, 0x02, 0x00], #"object {"\"":1}"#),
            ("\"string\"", [0x04, 0x22, 0x0A], "string \"\n"),
        ] as [(String, [UInt8], String)])
    func `each type has its text`(type: String, value: [UInt8], expected: String) throws {
        #expect(try read(record(type), value, ["f0"]) == [expected])
    }

    @Test(
        arguments: [
            ("\"string\"", [0x06, 0x61], "a length is negative or reaches past the value's end"),
            ("\"string\"", [0x01], "a length is negative or reaches past the value's end"),
            ("\"string\"", [0x02, 0xFF], "a string is not UTF-8"),
            ("\"boolean\"", [0x02], "a boolean is neither 0 nor 1"),
            ("\"int\"", [0x80, 0x80, 0x80, 0x80, 0x10], "a number is out of its type's range"),
            ("\"long\"", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "a number has too many bytes"),
            ("\"long\"", [0x80], "it ends in the middle of a value"),
            ("\"null\"", [0x00], "something follows the value"),
            (#"["null"]"#, [0x02], "it names a branch that its union does not have"),
            (#"{"type":"enum","name":"E","symbols":["A"]}"#, [0x02], "it names a symbol that its enum does not have"),
            (#"{"type":"map","values":"null"}"#, [0x04, 0x02, 0x61, 0x02, 0x61, 0x00], "a map has a key twice"),
            (#"{"type":"int","logicalType":"time-millis"}"#, [0x01], "a number is out of its type's range"),
        ] as [(String, [UInt8], String)])
    func `what does not fit its schema is bad`(type: String, value: [UInt8], reason: String) throws {
        #expect(try read(record(type), value, ["f0"]) == [reason])
    }

    @Test func `a list of two to the 62 nothings is bad, and does not take for ever`() throws {
        let schema = record(#"{"type":"array","items":"null"}"#)
        let value: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]
        #expect(try read(schema, value, ["f0"]) == ["its text would be longer than 16 MiB"])
        #expect(try read(schema, value, ["other"]) == ["nothing "])
    }

    @Test func `values are read down to 64 levels, whether they are wanted or not`() throws {
        let schema = #"{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}"#
        func value(_ levels: Int) -> [UInt8] { Array(repeating: 0x02, count: levels - 1) + [0x00] }
        #expect(try read(schema, value(64), ["next"])[0].hasPrefix("object"))
        #expect(try read(schema, value(65), ["next"]) == ["it is nested deeper than 64 levels"])
        #expect(try read(schema, value(65), ["other"]) == ["it is nested deeper than 64 levels"])
        // In every value of such a type is another one.
        let endless = #"{"type":"record","name":"R","fields":[{"name":"next","type":"R"}]}"#
        #expect(try read(endless, [], ["other"]) == ["it is nested deeper than 64 levels"])
    }

    @Test func `a field is found by its name in each writer's schema, and one that a writer lacks is nothing`() throws {
        let old = #"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#
        let new =
            #"{"type":"record","name":"R","fields":[{"name":"b","type":"string","default":"x"},{"name":"a","type":"long"}]}"#
        #expect(try read(old, [0x02], ["a", "b"]) == ["number 1", "nothing "])
        #expect(try read(new, [0x02, 0x79, 0x04], ["a", "b"]) == ["number 2", "string y"])
    }

    @Test func `members and the whole record are copied in the order of the schema`() throws {
        let row =
            #"{"type":"record","name":"Row","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"note","type":["null","string"]},{"name":"at","type":{"type":"int","logicalType":"date"}}]}"#
        let schema = try AvroSchema(
            #"{"type":"record","name":"E","fields":[{"name":"after","type":["null",\#(row)]},{"name":"op","type":"string"}]}"#
        )
        let value: [UInt8] = [0x02, 0x02, 0x37, 0x00, 0x02, 0x02, 0x63]
        var request = FieldRequest(paths: [["op"], ["after", "id"]], membersOf: ["after"], copiesWhole: true)
        let found = try read(schema, value, request)
        #expect(found.found == ["string c", "string 7"])
        #expect(found.members == ["string id string 7", "string note null ", "string at string 1970-01-02"])
        #expect(found.whole == #"object {"id":"7","note":null,"at":"1970-01-02"}"#)
        request.copiesWhole = false
        #expect(try read(schema, value, request).whole.hasPrefix("object"))
        #expect(try read(schema, [0x00, 0x02, 0x64], request).whole == "null ")
    }

    @Test(arguments: [
        (#"{"type":"record","name":"R"}"#, "record R has no “fields”"),
        (#"{"type":"record","fields":[]}"#, "a record, enum or fixed in the schema has no “name”"),
        (#"["int","Other"]"#, "the schema names the type Other, which it does not define"),
        (
            #"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}"#,
            "record R has the field a twice"
        ),
        ("[]", "a union in the schema has no branches"),
        ("{", "the schema is not JSON: a name is missing (at byte 1)"),
    ])
    func `a schema that cannot be used says why`(schema: String, reason: String) {
        #expect(throws: SchemaFault(reason)) { try AvroSchema(schema) }
    }

    @Test func `a schema knows the types of those that it refers to`() throws {
        let schema = try AvroSchema(
            #"{"type":"record","name":"B","namespace":"n","fields":[{"name":"a","type":"A"}]}"#,
            references: [#"{"type":"record","name":"A","namespace":"n","fields":[{"name":"id","type":"int"}]}"#])
        #expect(try read(schema, [0x02], FieldRequest(paths: [["a", "id"]])).found == ["number 1"])
    }
}
