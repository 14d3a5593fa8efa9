import Records

/// What the lane has to do while it is quiet: the operator's requests, and events for the dead-letter topic.
struct RequestDesk {
    /// The least time for projecting between two turns, in milliseconds.
    private static let projectingTime: Int64 = 10

    private(set) var requests: [ParkingRequest] = []
    var deadLetters: [(slot: Int, record: ParkedRecord)] = []
    /// Whether Redis holds requests whose names were not read yet.
    var hasUnread = false
    /// Whether the shell is at it.
    private(set) var isBusy = false
    /// When the next turn is: between turns the lane projects.
    private var nextTurn: Int64 = 0
    /// Whether that time has come, so that nothing more is folded before it.
    private(set) var isDue = false

    /// Whether events may be folded meanwhile.
    var leavesRoom: Bool { !isDue && deadLetters.isEmpty }
    /// When the next turn is wanted; nil: nothing waits.
    var wakeUp: Int64? { requests.isEmpty ? nil : nextTurn }

    mutating func look(now: Int64, isStopping: Bool) { isDue = !requests.isEmpty && now >= nextTurn && !isStopping }

    /// The requests as they are in Redis now.
    mutating func found(_ requests: [ParkingRequest]) { self.requests = requests }

    /// What the shell is to do next.
    mutating func next() -> LaneAction? {
        guard !isBusy else { return nil }
        if let (slot, record) = deadLetters.first {
            isBusy = true
            return .deadLetter(slot: slot, record)
        }
        guard isDue else { return nil }
        isBusy = true
        return .carryOut(requests)
    }

    /// A turn has ended: what is `left` comes with the next one, after as much time for projecting as this one took.
    mutating func endTurn(left: [ParkingRequest], since begin: Int64, now: Int64) {
        isBusy = false
        isDue = false
        requests = left
        nextTurn = left.isEmpty ? 0 : now + max(now - begin, Self.projectingTime)
    }

    /// The slot's partition is gone.
    mutating func forget(_ slot: Int) { deadLetters.removeAll { $0.slot == slot } }

    /// A dead letter was tried.
    mutating func endDeadLetter() {
        isBusy = false
        if !deadLetters.isEmpty { deadLetters.removeFirst() }
    }
}
