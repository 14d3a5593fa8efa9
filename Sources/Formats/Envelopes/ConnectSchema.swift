import Bytes
import FoundationEssentials
import Projections

/// Looks in the schemas that Connect's JsonConverter puts beside its payloads for decimals, which it writes as base64.
///
/// Schemas change rarely: each is looked through once.
struct ConnectSchema {
    private let field: Int
    private let columns: Set<String>
    private let copiesAll: Bool
    private var known: UInt64?
    private var decimal: String?

    /// `field`: the schema's place among the fields; −1: there is none.
    init(_ topic: TopicFields, field: Int) {
        self.field = field
        columns = Set(topic.paths.filter { $0.root == .data || $0.root == .before }.map { $0.members[0] })
        copiesAll = topic.copiesMembers
    }

    /// A column that the projection reads and that is a decimal; nil if none is.
    mutating func decimal(in fields: borrowing DecodedValue, _ value: Span<UInt8>) -> String? {
        guard field >= 0, fields.found[field].kind == .object else { return nil }
        let text = value.extracting(fields.found[field].range)
        let hash = xxh3(text)
        if hash == known { return decimal }
        known = hash
        decimal = Self.decimals(text).first { copiesAll || columns.contains($0) }
        return decimal
    }

    /// The names of the fields whose type is a decimal, wherever in the schema they are.
    static func decimals(_ schema: Span<UInt8>) -> [String] {
        guard let top = try? JSONDecoder().decode(Field.self, from: Data(schema.array)) else { return [] }
        var found: [String] = []
        var rest = [top]
        while let next = rest.popLast() {
            if let field = next.field, let name = next.name, decimalTypes.contains(name) { found.append(field) }
            rest += next.fields ?? []
            if let items = next.items { rest.append(items) }
        }
        return found
    }

    private final class Field: Decodable {
        let name: String?
        let field: String?
        let fields: [Field]?
        let items: Field?
    }

    private static let decimalTypes: Set = [
        "org.apache.kafka.connect.data.Decimal", "io.debezium.data.VariableScaleDecimal",
    ]
}
