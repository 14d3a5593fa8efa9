import Bytes
import Lantern
import Projections

/// An event that touched a row, and what the row was after it.
struct TouchedRow: Encodable {
    let topic: String
    let partition: Int32
    let offset: Int64
    /// The record's, in milliseconds since 1970.
    let time: Int64
    let type: String?
    /// The row after it: an object for a hash, else the value; null if there is none.
    let after: DifferenceLine.Value

    enum CodingKeys: String, CodingKey { case topic, partition, offset, time, type, after }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(topic, forKey: .topic)
        try container.encode(partition, forKey: .partition)
        try container.encode(offset, forKey: .offset)
        try container.encode(time, forKey: .time)
        try container.encode(type, forKey: .type)
        try container.encode(after, forKey: .after)
    }

    /// A row of a fold in memory.
    static func value(_ row: MemoryRows.Row?, _ kind: ViewKind) -> DifferenceLine.Value {
        switch row {
        case nil: return .nothing
        case .string(let text)?: return .text(readableText(text))
        case .hash(let fields)?:
            return .fields(Dictionary(fields.map { (readableText($0), readableText($1)) }) { first, _ in first })
        case .set(let members)?:
            return kind == .unique ? .text("\(members.count)") : .list(members.map { readableText($0) }.sorted())
        case .sorted(let members)?:
            let scores = members.map { (readableText($0), $1 == $1.rounded() ? "\(Int64($1))" : "\($1)") }
            return .fields(Dictionary(scores) { first, _ in first })
        }
    }
}
