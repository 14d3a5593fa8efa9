/// A writer's schema: types by number, so that a type may contain itself.
/// Source: Apache Avro 1.12, "Specification".
struct AvroSchema: Sendable {
    struct Named: Equatable, Sendable {
        var name: String
        /// A field's type; unused for a symbol.
        var type = 0
    }

    struct TypeOf: Equatable, Sendable {
        enum Kind: UInt8, Sendable, BitwiseCopyable {
            case null, boolean, int, long, float, double, bytes, string, fixed, enumeration, array, map, union, record
        }

        var kind: Kind
        var form = TextForm.plain
        /// A named type's full name.
        var name = ""
        /// Of a fixed, in bytes.
        var size = 0
        /// Of a decimal.
        var scale = 0
        /// An array's or map's one type, a union's branches.
        var types: [Int] = []
        /// A record's fields, an enum's symbols.
        var members: [Named] = []
    }

    var types: [TypeOf] = []
    /// The type of a value.
    var top = 0

    /// Reads a schema; those that it refers to come first, as the registry gives them.
    init(_ text: String, references: [String] = []) throws(SchemaFault) {
        var parser = AvroSchemaParser()
        for reference in references { _ = try parser.parse(reference) }
        top = try parser.parse(text)
        types = parser.types
    }
}
