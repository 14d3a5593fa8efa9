/// Says what is said again and again less and less often: at once, after 1 s, 2 s, 4 s and so on up to 5 min.
struct RepeatedWords {
    private static let first: Int64 = 1_000
    private static let last: Int64 = 300_000
    /// Beyond these all is forgotten.
    private static let limit = 64

    private var said: [String: (at: Int64, wait: Int64)] = [:]

    /// Whether these words are to be said now; `now` in milliseconds.
    mutating func isDue(_ words: String, now: Int64) -> Bool {
        guard let before = said[words] else {
            if said.count >= Self.limit { said.removeAll() }
            said[words] = (now, Self.first)
            return true
        }
        let passed = now - before.at
        guard passed >= before.wait else { return false }
        // What was quiet for long is news again.
        said[words] = (now, passed > 2 * Self.last ? Self.first : min(before.wait * 2, Self.last))
        return true
    }
}
