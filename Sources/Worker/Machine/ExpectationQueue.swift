/// The replies still to come, in order; keeps its memory.
struct ExpectationQueue {
    private var items: [Expectation] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var first: Expectation? { isEmpty ? nil : items[head] }

    /// How many `QUEUED` come next.
    var queued: Int {
        if case .queued(let count)? = first { count } else { 0 }
    }

    mutating func append(_ item: Expectation) { items.append(item) }

    /// One reply came, or several `QUEUED`.
    mutating func advance(by queued: Int = 1) {
        if case .queued(let count) = items[head], count > queued {
            items[head] = .queued(count - queued)
            return
        }
        head += 1
        guard head == items.count else { return }
        items.removeAll(keepingCapacity: true)
        head = 0
    }
}
