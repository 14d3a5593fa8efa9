/// Finds what was probably meant by a mistyped word.
public enum Suggestion {
    /// The known word nearest to `typed`: at most a third of its letters away (at least one, at most three), the
    /// first of equals; else one that `typed` begins; else nil. Of a word of three letters or more its beginning is near.
    public static func nearest(to typed: String, among known: [String]) -> String? {
        guard typed.utf8.count <= 100 else { return nil }
        let letters = Array(typed.lowercased().unicodeScalars)
        var best: (word: String, distance: Int)?
        for word in known {
            let isBeginning = min(typed.count, word.count) > 2 && (word.hasPrefix(typed) || typed.hasPrefix(word))
            let distance = isBeginning ? 1 : distance(letters, Array(word.lowercased().unicodeScalars))
            if distance < best?.distance ?? .max { best = (word, distance) }
        }
        let bare = letters.count { $0 != "-" }
        if let best, best.distance <= min(3, max(1, bare / 3)) { return best.word }
        guard bare >= 2 else { return nil }
        return known.first { $0.hasPrefix(typed) }
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other
    /// (optimal string alignment, the restricted form of Damerau's and Levenshtein's distance).
    public static func distance(_ first: String, _ second: String) -> Int {
        distance(Array(first.unicodeScalars), Array(second.unicodeScalars))
    }

    private static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in 1...first.count {
            var current = [row]
            for column in 1...second.count {
                let isEqual = first[row - 1] == second[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isEqual ? 0 : 1))
                let isSwap =
                    row > 1 && column > 1 && first[row - 1] == second[column - 2]
                    && first[row - 2] == second[column - 1]
                if isSwap { cost = min(cost, beforeLast[column - 2] + 1) }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
