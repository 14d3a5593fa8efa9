import Bytes
import FoundationEssentials
import System

/// What became of an entry of a row, or of the row, between two looks.
struct WatchedChange: Encodable, Equatable {
    /// Of the look that saw it, in milliseconds since 1970.
    let time: Int64
    let key: String
    /// The field or member; nil if the whole row came, went or changed.
    let entry: String?
    /// nil if it was not there.
    let before: String?
    /// nil if it is gone.
    let after: String?
    /// What a number grew by.
    let delta: String?
    /// What the checkpoints passed meanwhile: the events that may have made the change; nil: that is not known.
    let events: [WatchedEvents]?

    /// All that differs between two looks at a row, in the order of the entries' names.
    static func all(
        of key: [UInt8], from old: WatchedRow?, to new: WatchedRow?, events: [WatchedEvents]?, time: Int64
    ) -> [WatchedChange] {
        func change(_ entry: [UInt8]?, _ before: String?, _ after: String?) -> WatchedChange {
            WatchedChange(
                time: time, key: readableText(key), entry: entry.map { readableText($0) }, before: before, after: after,
                delta: delta(before, after), events: events)
        }
        guard let old, let new else {
            return old == new ? [] : [change(nil, old?.text, new?.text)]
        }
        let names = Set(old.entries.keys).union(new.entries.keys).sorted { $0.lexicographicallyPrecedes($1) }
        var changes: [WatchedChange] = names.compactMap { name in
            let (before, after) = (old.entries[name], new.entries[name])
            if before == after { return nil }
            let entry = name.isEmpty && new.entries.count == 1 && old.entries.count == 1 ? nil : name
            return change(entry, before.map { readableText($0) }, after.map { readableText($0) })
        }
        if changes.isEmpty, old.memberCount != new.memberCount {
            let counts = [old, new].map { row in "\(row.memberCount ?? Int64(row.entries.count)) members" }
            changes = [change(nil, counts[0], counts[1])]
        }
        return changes
    }

    private static func delta(_ before: String?, _ after: String?) -> String? {
        guard let before, let after, max(before.utf8.count, after.utf8.count) <= 30,
            let old = number(before), let new = number(after)
        else { return nil }
        let difference = new - old
        return difference > 0 ? "+\(difference)" : "\(difference)"
    }

    /// `Decimal` reads `12 apples` as 12.
    private static func number(_ text: String) -> Decimal? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }
        return isNumber ? Decimal(string: text) : nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time, forKey: .time)
        try container.encode(key, forKey: .key)
        try container.encode(entry, forKey: .entry)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
        try container.encodeIfPresent(delta, forKey: .delta)
        try container.encode(events, forKey: .events)
    }

    private enum CodingKeys: String, CodingKey { case time, key, entry, before, after, delta, events }

    /// One line for a terminal.
    var text: String {
        var words = [Self.clock(time), TerminalText.visible(key)]
        let value = { (text: String) in TerminalText.visible(text.isEmpty ? "''" : text) }
        let subject = entry.map { TerminalText.visible($0) + " " } ?? ""
        switch (before, after) {
        case (let before?, let after?):
            words.append("\(subject)\(value(before)) → \(value(after))" + (delta.map { " (\($0))" } ?? ""))
        case (nil, let after?):
            words.append(
                entry == nil ? "new: \(value(after))" : subject + (after.isEmpty ? "added" : "= \(value(after))"))
        case (let before?, nil):
            words.append(
                entry == nil
                    ? "gone: \(value(before))" : subject + (before.isEmpty ? "removed" : "gone, was \(value(before))"))
        case (nil, nil): break
        }
        return (words + (events.map { [WatchedEvents.text($0)] } ?? [])).joined(separator: "  ")
    }

    /// The time of day in UTC.
    static func clock(_ milliseconds: Int64) -> String {
        let rest = max(0, milliseconds) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
        }
        return
            "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1_000 % 60, 2)).\(padded(rest % 1_000, 3))"
    }
}
