import Bytes
import FoundationEssentials
import Projections

/// Looks in the schemas that Connect's JsonConverter puts beside its payloads for decimals, which it writes as base64.
///
/// Each schema is looked through once, as long as not many others come in between: while producers change, and in topics of
/// several tables, old and new ones take turns.
struct ConnectSchema {
    /// So many are remembered.
    private static let most = 32

    private let field: Int
    private let columns: Set<String>
    private let copiesAll: Bool
    /// Of the schemas that are remembered the hashes, and for each the column that is a decimal.
    private var hashes: [UInt64] = []
    private var decimals: [String?] = []
    /// The one that was looked for last, and the one that the next new one replaces.
    private var last = 0
    private var oldest = 0
    /// How many schemas were looked through.
    private(set) var count = 0

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
        if last < hashes.count, hashes[last] == hash { return decimals[last] }
        last = hashes.firstIndex(of: hash) ?? remember(hash, text)
        return decimals[last]
    }

    /// Looks through a new one; returns its place.
    @inline(never)
    private mutating func remember(_ hash: UInt64, _ text: Span<UInt8>) -> Int {
        count += 1
        let decimal = Self.decimals(text).first { copiesAll || columns.contains($0) }
        guard hashes.count == Self.most else {
            hashes.append(hash)
            decimals.append(decimal)
            return hashes.count - 1
        }
        let place = oldest
        oldest = (oldest + 1) % Self.most
        hashes[place] = hash
        decimals[place] = decimal
        return place
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
