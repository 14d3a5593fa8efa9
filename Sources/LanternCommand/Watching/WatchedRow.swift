import Bytes
import Projections
import Redis

/// A row as one look found it: a hash's fields, members with their scores, or one value without a name.
struct WatchedRow: Equatable {
    /// So many members of a large set or sorted set are looked at.
    static let memberLimit = 100

    /// By name. The name of a value that is the whole row is empty.
    var entries: [[UInt8]: [UInt8]] = [:]
    /// How many members there are, if not all of them are in `entries`.
    var memberCount: Int64?

    /// How many replies ``append(_:kind:to:)`` asks for.
    static func replyCount(_ kind: ViewKind) -> Int {
        switch kind {
        case .set, .sortedSet, .latest: 2
        case .hash, .buckets, .document, .counter, .unique: 1
        }
    }

    /// Asks for the row at `key`.
    static func append(_ key: [UInt8], kind: ViewKind, to commands: inout CommandBuffer) {
        func ask(_ words: String...) {
            commands.begin(words.count + 1)
            commands.argument(text: words[0])
            commands.argument(key)
            for word in words.dropFirst() { commands.argument(text: word) }
        }
        switch kind {
        case .hash, .buckets: ask("HGETALL")
        case .document, .counter: ask("GET")
        case .unique: ask("PFCOUNT")
        case .set:
            ask("SCARD")
            ask("SSCAN", "0", "COUNT", "\(memberLimit)")
        case .sortedSet, .latest:
            ask("ZCARD")
            ask("ZREVRANGE", "0", "\(memberLimit - 1)", "WITHSCORES")
        }
    }

    /// The row in the replies to ``append(_:kind:to:)``; nil if there is none.
    init?(_ replies: ArraySlice<RedisValue>, kind: ViewKind) {
        guard let first = replies.first, let last = replies.last else { return nil }
        switch kind {
        case .hash, .buckets: addPairs(last.elements ?? [])
        case .document, .counter: if let value = last.bytes { entries[[]] = value }
        case .unique: if let count = last.integer, count > 0 { entries[[]] = Array("\(count)".utf8) }
        case .set:
            for member in last.elements?.last?.elements ?? [] { if let member = member.bytes { entries[member] = [] } }
        case .sortedSet, .latest: addPairs(last.elements ?? [])
        }
        if let count = first.integer, Self.replyCount(kind) == 2, count > Int64(entries.count) { memberCount = count }
        if entries.isEmpty { return nil }
    }

    init(_ entries: [[UInt8]: [UInt8]], memberCount: Int64? = nil) {
        self.entries = entries
        self.memberCount = memberCount
    }

    private mutating func addPairs(_ elements: [RedisValue]) {
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            if let name = elements[index].bytes, let value = elements[index + 1].bytes { entries[name] = value }
        }
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
