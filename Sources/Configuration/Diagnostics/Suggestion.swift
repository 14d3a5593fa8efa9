/// Finds the known name that a mistyped one was probably meant to be.
enum Suggestion {
    /// The nearest of `known`, if it is near enough to be meant; of equally near ones the first.
    static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 100 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known {
            let isBeginning =
                min(name.count, candidate.count) > 2 && (candidate.hasPrefix(name) || name.hasPrefix(candidate))
            let distance = isBeginning ? 1 : distance(name.lowercased(), candidate.lowercased())
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best else { return nil }
        let allowed = max(1, max(name.count, best.name.count) / 3)
        return best.distance <= allowed ? best.name : nil
    }

    /// `: did you mean …?`, or all that is known where nothing is near.
    static func hint(for name: String, among known: [String]) -> String {
        if let near = nearest(to: name, among: known) { return ": did you mean `\(near)`?" }
        if known.isEmpty { return "" }
        return ": known here are " + list(known)
    }

    static func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }

    /// Damerau and Levenshtein's distance (optimal string alignment): insertions, deletions, substitutions and swaps
    /// of neighbours.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.unicodeScalars)
        let b = Array(right.unicodeScalars)
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        var current = previous
        for i in 0..<a.count {
            current[0] = i + 1
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current[j + 1] = cost
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[b.count]
    }
}
