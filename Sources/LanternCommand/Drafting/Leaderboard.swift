import Bytes

/// A sum by something that is not the record key: proposed only where a number and such an identifier meet in every event.
struct Leaderboard {
    /// Paths, and the last name of each.
    let number: String
    let member: String
    let scale: Int
    /// nil: every event.
    let type: String?
    let remark: String

    var numberName: String { Self.last(number) }
    var memberName: String { Self.last(member) }

    /// What is summed more likely comes first.
    private static let sums = [
        "total", "amount", "revenue", "price", "cents", "value", "quantity", "points", "score", "count", "bytes",
        "duration",
    ]
    private static let completed = ["paid", "completed", "settled", "sold", "purchased"]
    /// Names of numbers whose sum means nothing.
    private static let labels = [
        "id", "time", "at", "ts", "date", "version", "year", "code", "status", "port", "lat", "lon", "level", "offset",
        "number", "no", "seq", "sequence", "timestamp",
    ]

    /// nil if there is none.
    init?(_ facts: TopicFacts, _ traits: TopicTraits, _ groups: TypeGroups?) {
        // A state that is written again would be added again.
        guard !traits.envelope.isDebezium, groups != nil || facts.keyless == facts.count, facts.otherJSON == 0 else {
            return nil
        }
        let named = (groups?.all ?? []).filter { !$0.type.isEmpty && $0.type != "*" && $0.type != "tombstone" }
        let isCompleted = { (type: String) in Self.completed.contains { type.lowercased().hasSuffix($0) } }
        let sorted = named.filter { isCompleted($0.type) } + named.filter { !isCompleted($0.type) }
        let parts: [(type: String?, facts: TopicFacts)] =
            groups == nil ? [(nil, facts)] : sorted.map { ($0.type, TopicFacts($0.events)) }
        for part in parts {
            guard let number = Self.number(part.facts, traits), let member = Self.member(part.facts, traits),
                let scale = part.facts[number].scale
            else { continue }
            (self.number, self.member, self.scale, type) = (number, member, scale, part.type)
            let all = DraftText.count(part.facts.objects)
            let unit = scale == 0 ? "" : " (in units of 1e-\(scale))"
            remark =
                "The sum of \(Self.last(number))\(unit) by \(Self.last(member)): both are in \(all) of \(all) values"
                + (part.type.map { " of \($0), the only type that is counted" } ?? "") + "."
            return
        }
        return nil
    }

    private static func number(_ facts: TopicFacts, _ traits: TopicTraits) -> String? {
        let candidates = facts.order.map(\.text).filter { path in
            let found = facts[path]
            return path.hasPrefix(traits.base) && path != traits.keyPath && path != traits.time?.name
                && found.numbers == facts.objects && found.scale != nil && !isLabel(last(path))
        }
        func rank(_ path: String) -> Int {
            let name = last(path).lowercased()
            return sums.firstIndex { name.hasSuffix($0) } ?? sums.count
        }
        return candidates.min { rank($0) < rank($1) }
    }

    private static func member(_ facts: TopicFacts, _ traits: TopicTraits) -> String? {
        facts.order.map(\.text).first { path in
            let found = facts[path]
            let isText = found.strings == facts.objects && found.emptyStrings + found.faulty == 0
            return path.hasPrefix(traits.base) && path != traits.keyPath && path != traits.type?.name
                && (isText || found.plainIntegers == facts.objects) && isIdentifier(last(path))
                && found.values.count > 1 && found.values.count * 5 <= facts.objects * 4
        }
    }

    private static func isIdentifier(_ name: String) -> Bool {
        let slug = DraftText.slug(name)
        return ["id", "uuid", "sku"].contains { slug == $0 || slug.hasSuffix("-\($0)") }
    }

    private static func isLabel(_ name: String) -> Bool {
        let slug = DraftText.slug(name)
        return labels.contains { slug == $0 || slug.hasSuffix("-\($0)") }
    }

    private static func last(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }
}
