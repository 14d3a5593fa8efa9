import Bytes
import Records

/// A row as one look found it: a hash's fields, members with their scores, or one value without a name.
struct WatchedRow: Equatable {
    /// So many members of a large set or sorted set are looked at.
    static let memberLimit = 100

    /// By name. The name of a value that is the whole row is empty.
    var entries: [[UInt8]: [UInt8]] = [:]
    /// How many members there are, if not all of them are in `entries`.
    var memberCount: Int64?

    /// By their names; nil if there is no row.
    init?(_ row: StoredRow?) {
        var count: Int64?
        switch row?.content {
        case nil: return nil
        case .fields(let pairs): take(pairs)
        case .text(let text): entries[[]] = text
        case .estimate(let estimate): entries[[]] = Array("\(estimate)".utf8)
        case .members(let members, let all):
            for member in members { entries[member] = [] }
            count = all
        case .scored(let pairs, let all):
            take(pairs)
            count = all
        }
        if let count, count > Int64(entries.count) { memberCount = count }
    }

    init(_ entries: [[UInt8]: [UInt8]], memberCount: Int64? = nil) {
        self.entries = entries
        self.memberCount = memberCount
    }

    private mutating func take(_ pairs: [StoredRow.Pair]) {
        for pair in pairs { entries[pair.name] = pair.value }
    }

    /// The whole row in one line.
    var text: String {
        let sorted = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let words = sorted.map { name, value in
            [readableText(name), readableText(value)].filter { !$0.isEmpty }.joined(separator: "=")
        }
        return words.joined(separator: " ") + (memberCount.map { " … (\($0) members)" } ?? "")
    }
}
