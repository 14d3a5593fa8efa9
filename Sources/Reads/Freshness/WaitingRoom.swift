/// Who waits for which checkpoint: a heap for each partition, so that a checkpoint that moved wakes those whom it concerns and
/// looks at no other.
struct WaitingRoom: Sendable {
    private struct Place: Sendable, Hashable {
        var subject: Int
        var topic: String
        var partition: Int32
    }

    private struct Waiter: Sendable, Comparable {
        var next: Int64
        var id: Int
        /// Who left, or waits for something else now, has another.
        var ticket: Int

        static func < (first: Waiter, second: Waiter) -> Bool { first.next < second.next }
    }

    private struct Seat: Sendable {
        var ticket: Int
        var subject: Int
    }

    private var heaps: [Place: Heap<Waiter>] = [:]
    /// For each projection those who wait for any change, with what they have seen; nil: any look helps.
    private var changes: [Int: [(id: Int, ticket: Int, seen: ProjectionVector?)]] = [:]
    private var seats: [Int: Seat] = [:]
    /// Places in heaps and lists, those of who left among them.
    private(set) var entryCount = 0
    private var lastTicket = 0

    var count: Int { seats.count }

    /// The projections whose checkpoints somebody waits for.
    var subjects: Set<Int> { Set(seats.values.map(\.subject)) }

    /// Waits until a checkpoint has come to the goal.
    mutating func wait(_ id: Int, for goal: Goal) {
        let place = Place(subject: goal.subject, topic: goal.topic, partition: goal.partition)
        heaps[place, default: Heap()].insert(Waiter(next: goal.next, id: id, ticket: sit(id, goal.subject)))
    }

    /// Waits until the projection is not as it was seen; nil: until it is looked at.
    mutating func waitForChange(_ id: Int, of subject: Int, since seen: ProjectionVector?) {
        changes[subject, default: []].append((id, sit(id, subject), seen))
    }

    /// Waits no longer.
    mutating func leave(_ id: Int) {
        seats[id] = nil
        // Places of those who left stay until they are reached; more of them than of others are removed.
        if entryCount > 2 * seats.count + 64 { sweep() }
    }

    /// The projection is so now: returns who need not wait any longer.
    mutating func take(_ vector: ProjectionVector, of subject: Int) -> [Int] {
        var woken: [Int] = []
        for topic in vector.topics {
            for (index, partition) in topic.partitions.enumerated() {
                let place = Place(subject: subject, topic: topic.name, partition: Int32(index))
                guard let next = partition.next, var heap = heaps[place] else { continue }
                while let first = heap.first, first.next <= next {
                    _ = heap.popFirst()
                    entryCount -= 1
                    if seats[first.id]?.ticket == first.ticket { woken.append(first.id) }
                }
                heaps[place] = heap.isEmpty ? nil : heap
            }
        }
        if let list = changes[subject] {
            let kept = list.filter { waiter in
                guard seats[waiter.id]?.ticket == waiter.ticket else { return false }
                guard waiter.seen?.isSame(as: vector) != true else { return true }
                woken.append(waiter.id)
                return false
            }
            entryCount -= list.count - kept.count
            changes[subject] = kept.isEmpty ? nil : kept
        }
        for id in woken { seats[id] = nil }
        return woken
    }

    private mutating func sit(_ id: Int, _ subject: Int) -> Int {
        lastTicket += 1
        entryCount += 1
        seats[id] = Seat(ticket: lastTicket, subject: subject)
        return lastTicket
    }

    private mutating func sweep() {
        entryCount = 0
        for place in Array(heaps.keys) {
            guard var heap = heaps.removeValue(forKey: place) else { continue }
            heap.filter { seats[$0.id]?.ticket == $0.ticket }
            entryCount += heap.count
            if !heap.isEmpty { heaps[place] = heap }
        }
        for subject in Array(changes.keys) {
            guard let list = changes.removeValue(forKey: subject) else { continue }
            let kept = list.filter { seats[$0.id]?.ticket == $0.ticket }
            entryCount += kept.count
            if !kept.isEmpty { changes[subject] = kept }
        }
    }
}

extension ProjectionVector {
    /// Whether both say the same of every partition that is in both.
    func isSame(as other: ProjectionVector) -> Bool {
        guard identifier == other.identifier, generation == other.generation else { return false }
        return topics.allSatisfy { topic in other.topic(topic.name).map { $0 == topic } ?? true }
    }
}
