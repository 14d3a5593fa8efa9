/// Which answer comes next on the connection.
enum Expectation: Equatable {
    case multi
    /// So many `QUEUED` in a row.
    case queued(Int)
    /// EXEC of so many commands.
    case executed(Int)
    /// DISCARD of a transaction that was not closed.
    case discarded
    case watch
    case fence
    case requests
    case role
    /// The answer of something outside the fence.
    case ignored
}

/// The answers still to come, in order; keeps its memory.
struct ExpectationQueue {
    private var items: [Expectation] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var first: Expectation? { isEmpty ? nil : items[head] }

    mutating func append(_ item: Expectation) { items.append(item) }

    /// One answer came.
    mutating func advance() {
        if case .queued(let count) = items[head], count > 1 {
            items[head] = .queued(count - 1)
            return
        }
        head += 1
        if head == items.count { removeAll() }
    }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        head = 0
    }
}
