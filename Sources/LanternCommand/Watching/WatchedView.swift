import Records

/// What is known of the rows that are watched; each look is compared with the one before it. Pure.
struct WatchedView {
    /// One consistent look: the rows and the checkpoints that they go with.
    struct Look {
        var time: Int64
        /// nil: the projection has no generation there.
        var generation: GenerationRecord?
        /// The next offsets.
        var checkpoints: [Place: Int64] = [:]
        /// nil: there is no such row.
        var rows: [[UInt8]: WatchedRow?] = [:]
        /// Whether a row that the look before did not have is a new one; it is not while the rows are first found.
        var tellsNewRows = true
    }

    struct Place: Hashable {
        var topic: String
        var partition: Int32
    }

    /// What a look brought.
    enum News: Equatable {
        case change(WatchedChange)
        /// Another generation's rows are there now.
        case generation(Int)
        /// There is no generation any more.
        case noGeneration
    }

    private var last: Look?

    /// What differs from the look before; nothing at the first one.
    mutating func take(_ look: Look) -> [News] {
        defer { last = look }
        guard let last else { return [] }
        var news: [News] = []
        let isSame = last.generation?.identifier == look.generation?.identifier
        if !isSame { news.append(look.generation.map { .generation($0.number) } ?? .noGeneration) }
        let events = isSame ? passed(from: last.checkpoints, to: look.checkpoints) : nil
        for (key, row) in look.rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let known = last.rows[key]
            if known == nil, !look.tellsNewRows { continue }
            news += WatchedChange.all(of: key, from: known ?? nil, to: row, events: events, time: look.time)
                .map { .change($0) }
        }
        return news
    }

    /// nil if the checkpoints before are not known.
    private func passed(from old: [Place: Int64], to new: [Place: Int64]) -> [WatchedEvents]? {
        if old.isEmpty { return nil }
        return new.compactMap { place, next in
            guard let before = old[place], before != next else { return nil }
            return WatchedEvents(topic: place.topic, partition: place.partition, first: before, last: next - 1)
        }.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    }
}
