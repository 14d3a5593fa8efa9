import Projections

/// A row as it is named on the command line: by its Redis key, or by the values of the key's placeholders in order.
enum RowKey {
    /// The keys that the words may mean, the likelier one first; none if they fit neither way.
    static func candidates(_ words: [String], of view: ViewPlan) -> [[UInt8]] {
        let pattern = KeyPattern(view)
        var candidates: [[UInt8]] = []
        if words.count == 1, pattern.parse(Array(words[0].utf8).span) != nil { candidates.append(Array(words[0].utf8)) }
        if let made = pattern.key(from: words) { candidates.append(made) }
        return candidates
    }

    /// Says what the keys of the view look like.
    static func refuse(_ view: ViewPlan, in plan: ProjectionPlan) -> ExitCode {
        let count = KeyPattern(view).valueCount
        let values = count == 1 ? "the value of its placeholder" : "its \(count) placeholders' values"
        return Console.fail(
            "the keys of view \(view.name) are \(view.key.shown(in: plan)): pass such a key"
                + (count == 0 ? "" : ", or \(values)"), .usage)
    }
}
