import Bytes
import Worker

/// A difference as scripts read it: a field that changed, or a row that one side lacks.
struct DifferenceLine: Encodable {
    /// What one side has.
    enum Value: Equatable {
        case nothing
        case text(String)
        case list([String])
        case fields([String: String])
    }

    let view: String
    let key: String
    /// `changed`, `missing` or `extra`.
    let kind: String
    /// Only of a row that changed and has fields.
    let field: String?
    let live: Value
    let build: Value

    enum CodingKeys: String, CodingKey { case view, key, kind, field, live, build }

    /// The lines of one row.
    static func all(_ row: RowDifference, isVerification: Bool = false) -> [DifferenceLine] {
        let key = readableText(row.key)
        switch row.kind {
        case .changed:
            return row.fields.map {
                DifferenceLine(
                    view: row.view, key: key, kind: "changed", field: $0.field.map { readableText($0) },
                    live: $0.live.map { .text(readableText($0)) } ?? .nothing,
                    build: $0.build.map { .text(readableText($0)) } ?? .nothing)
            }
        case .missing:
            return [
                DifferenceLine(
                    view: row.view, key: key, kind: isVerification ? "extra" : "missing", field: nil,
                    live: whole(row.fields, \.live),
                    build: .nothing)
            ]
        case .extra:
            return [
                DifferenceLine(
                    view: row.view, key: key, kind: isVerification ? "missing" : "extra", field: nil, live: .nothing,
                    build: whole(row.fields, \.build))
            ]
        }
    }

    private static func whole(
        _ fields: [FieldDifference], _ side: (FieldDifference) -> [UInt8]?
    ) -> Value {
        let pairs = fields.compactMap { field in side(field).map { (name: field.field, value: $0) } }
        if let only = pairs.first, only.name == nil { return .text(readableText(only.value)) }
        if pairs.allSatisfy({ $0.name == $0.value }) { return .list(pairs.map { readableText($0.value) }) }
        return .fields(
            Dictionary(pairs.map { (readableText($0.name ?? []), readableText($0.value)) }) { first, _ in first })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(view, forKey: .view)
        try container.encode(key, forKey: .key)
        try container.encode(kind, forKey: .kind)
        try container.encodeIfPresent(field, forKey: .field)
        try container.encode(live, forKey: .live)
        try container.encode(build, forKey: .build)
    }

    /// For a terminal.
    var text: String {
        let place = field.map { "\(key) \($0)" } ?? key
        if kind == "changed" { return "\(view)  \(place): \(live.text) → \(build.text)" }
        return "\(view)  \(place): \(kind): \(live == .nothing ? build.text : live.text)"
    }
}

extension DifferenceLine.Value: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .nothing: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .fields(let fields): try container.encode(fields)
        }
    }

    /// For a terminal, cut if it is long.
    var text: String {
        let whole =
            switch self {
            case .nothing: "nothing"
            case .text(let text): text
            case .list(let list): list.joined(separator: ", ")
            case .fields(let fields):
                fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            }
        return whole.count <= 60 ? whole : whole.prefix(59) + "…"
    }
}
