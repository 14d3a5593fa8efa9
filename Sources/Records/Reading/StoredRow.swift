public import Bytes
public import Projections
public import Redis

/// A row of a view as Redis holds it: the one place that knows how each kind of view is read.
///
/// The commands go into any buffer, a transaction among them, and their replies come back to ``init(_:kind:limit:replies:)``.
public struct StoredRow: Sendable, Equatable {
    public struct Pair: Sendable, Equatable {
        public var name: [UInt8]
        public var value: [UInt8]

        public init(_ name: [UInt8], _ value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    public enum Content: Sendable, Equatable {
        /// hash, buckets: in the order of the names.
        case fields([Pair])
        /// document, counter.
        case text([UInt8])
        /// set: some of the members, in order, and how many there are.
        case members([[UInt8]], count: Int64)
        /// sorted-set, latest: the highest first, with their scores as Redis writes them, and how many there are.
        case scored([Pair], count: Int64)
        /// unique: about how many there are.
        case estimate(Int64)
    }

    public let key: [UInt8]
    public let content: Content

    public init(key: [UInt8], content: Content) {
        self.key = key
        self.content = content
    }

    /// How many commands read a row.
    public static func commandCount(_ kind: ViewKind) -> Int {
        switch kind {
        case .hash, .buckets, .document, .counter: 1
        case .set, .sortedSet, .latest, .unique: 2
        }
    }

    /// Appends the commands that read the row, at most `limit` members of it.
    public static func append(_ key: [UInt8], kind: ViewKind, limit: Int, to commands: inout CommandBuffer) {
        func command(_ name: StaticString, _ more: String..., to commands: inout CommandBuffer) {
            commands.begin(2 + more.count)
            commands.argument(name)
            commands.argument(key)
            for text in more { commands.argument(text: text) }
        }
        switch kind {
        case .hash, .buckets: command("HGETALL", to: &commands)
        case .document, .counter: command("GET", to: &commands)
        case .set:
            command("SCARD", to: &commands)
            // Redis goes on until it has so many, so that only larger sets are cut.
            command("SSCAN", "0", "COUNT", "\(limit)", to: &commands)
        case .sortedSet, .latest:
            command("ZCARD", to: &commands)
            command("ZREVRANGE", "0", "\(limit - 1)", "WITHSCORES", to: &commands)
        case .unique:
            command("EXISTS", to: &commands)
            command("PFCOUNT", to: &commands)
        }
    }

    /// From the replies to these commands; nil if there is no such row. Throws what Redis said of a key of another type.
    public init?(
        _ key: [UInt8], kind: ViewKind, limit: Int, replies: ArraySlice<RedisValue>
    ) throws(RedisError) {
        for reply in replies {
            guard case .error(let text) = reply else { continue }
            throw .reply(
                text, to: readableText(key),
                remedy:
                    "If that key holds another type of value than its view (\(kind.word)), another program wrote it: remove it or give it another name."
            )
        }
        guard let first = replies.first, let last = replies.last else { return nil }
        self.key = key
        switch kind {
        case .hash, .buckets:
            let pairs = Self.pairs(last)
            if pairs.isEmpty { return nil }
            content = .fields(pairs.sorted { $0.name.lexicographicallyPrecedes($1.name) })
        case .document, .counter:
            guard let text = last.bytes else { return nil }
            content = .text(text)
        case .set:
            guard let count = first.integer, count > 0 else { return nil }
            let members = (last.elements?.last?.elements ?? []).compactMap(\.bytes)
            content = .members(
                Array(members.sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit)), count: count)
        case .sortedSet, .latest:
            guard let count = first.integer, count > 0 else { return nil }
            content = .scored(Self.pairs(last), count: count)
        case .unique:
            guard first.integer == 1 else { return nil }
            content = .estimate(last.integer ?? 0)
        }
    }

    /// Names and values in turn, as HGETALL and WITHSCORES return them.
    public static func pairs(_ reply: RedisValue) -> [Pair] {
        let elements = reply.elements ?? []
        return stride(from: 0, to: elements.count - 1, by: 2).map {
            Pair(elements[$0].bytes ?? [], elements[$0 + 1].bytes ?? [])
        }
    }
}
