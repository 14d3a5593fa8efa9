/// What a reader was not given yet: at most a reset, and the newest rows.
struct ChangeBuffer<Rows: Sendable>: Sendable {
    private var isReset = false
    private var rows: Answer<Rows>?
    private var isSnapshot = false

    /// Takes the next one.
    mutating func pop() -> Change<Rows>? {
        if isReset {
            isReset = false
            return .reset
        }
        guard let found = rows else { return nil }
        rows = nil
        defer { isSnapshot = false }
        return isSnapshot ? .snapshot(found) : .rows(found)
    }

    mutating func push(_ change: Change<Rows>) {
        switch change {
        // What came before it is void: it goes first, and the snapshot that follows takes the place of all.
        case .reset: (isReset, rows, isSnapshot) = (true, nil, false)
        case .snapshot(let answer): (rows, isSnapshot) = (answer, true)
        // Newer rows in a snapshot that nobody has taken yet are a snapshot.
        case .rows(let answer): rows = answer
        }
    }
}
