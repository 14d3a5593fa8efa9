import Bytes
import Projections
import Testing

@testable import Formats

@Suite struct ConnectSchemaTests {
    private static let decimal = "org.apache.kafka.connect.data.Decimal"

    /// A value with the schema of a row that has this column, as a decimal or not.
    private func value(_ column: String, _ name: String) -> [UInt8] {
        Array(
            #"{"schema":{"fields":[{"field":"after","fields":[{"field":"\#(column)","name":"\#(name)"}]}]},"payload":{}}"#
                .utf8)
    }

    @Test func `schemas that take turns are each looked through once, however many there are one after another`() throws
    {
        let format = TopicFormat(envelope: .debezium, isInConnect: true)
        let plan = ProjectionPlan(
            name: "p", version: 1, topics: [TopicPlan(name: "t", format: format)],
            paths: [JSONPath(members: ["total"])])
        let topic = TopicFields(plan, topic: 0, copiesMembers: false, copiesDocument: false)
        var schema = ConnectSchema(topic, field: 0)
        var reader = JSONValueDecoder(FieldRequest(paths: [["schema"]], membersOf: []))
        var fields = DecodedValue(pathCount: 1)
        func column(_ value: [UInt8]) throws -> String? {
            try #require(reader.read(value.span, at: .value, into: &fields) == nil)
            return schema.decimal(in: fields, value.span)
        }
        let values = [
            value("total", Self.decimal), value("total", "x"), value("other", Self.decimal), value("other", "y"),
        ]
        for _ in 0..<5 {
            #expect(try values.map(column) == ["total", nil, nil, nil])
        }
        #expect(schema.count == 4)
        // More than are remembered: still right, and the last ones are known.
        for number in 0..<100 { #expect(try column(value("total", "n\(number)")) == nil) }
        #expect(try values.map(column) == ["total", nil, nil, nil])
        #expect(schema.count == 108)
        #expect(try values.map(column) == ["total", nil, nil, nil])
        #expect(schema.count == 108)
    }
}
