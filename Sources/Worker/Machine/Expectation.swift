/// Which reply comes next on the connection.
enum Expectation: Equatable {
    case multi
    /// So many `QUEUED` in a row.
    case queued(Int)
    /// EXEC of this many commands.
    case executed(Int)
    /// DISCARD of a transaction that was not closed.
    case discarded
    case watch
    case fence
    case requests
    case role
    case time
    /// Whether the server may evict keys.
    case memory
    /// The answer of something outside the fence.
    case ignored
}

/// The replies still to come, in order; keeps its memory.
struct ExpectationQueue {
    private var items: [Expectation] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var first: Expectation? { isEmpty ? nil : items[head] }

    mutating func append(_ item: Expectation) { items.append(item) }

    /// How many `QUEUED` come next.
    var queued: Int {
        if case .queued(let count)? = first { count } else { 0 }
    }

    /// One reply came, or several `QUEUED`.
    mutating func advance(by queued: Int = 1) {
        if case .queued(let count) = items[head], count > queued {
            items[head] = .queued(count - queued)
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

extension LaneMachine {
    /// How many `QUEUED` may be told together by `receivedQueued`.
    public var expectedQueued: Int { expectations.queued }

    /// Several replies `QUEUED`, no more than `expectedQueued`.
    public mutating func receivedQueued(_ count: Int, now: Int64) {
        expectations.advance(by: count)
        waitingSince = expectations.isEmpty ? 0 : now
    }
}
