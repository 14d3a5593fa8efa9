/// The partitions of a lane, each in a slot that stays its own until it is released; which are in the open batch, and which the
/// fence covers.
struct PartitionTable: Sendable {
    private var partitions: [Partition] = []
    /// Slots without a partition.
    private var freeSlots: Set<Int> = []
    /// Those that the shell has released as well: what it still has to do for the others must not meet another
    /// partition.
    private var reusableSlots: [Int] = []
    private(set) var touchedCount = 0
    /// The slots in the WATCH that is active or asked. One of them may have been given to another partition since, which is not
    /// watched.
    private(set) var watched: [Int] = []
    private var useCount: UInt64 = 0
    /// How far a build may read; nil for a live generation, which has no ceilings.
    var ceilings: [Ceiling]?

    subscript(slot: Int) -> Partition {
        @inline(__always) _read { yield partitions[slot] }
        @inline(__always) _modify { yield &partitions[slot] }
    }

    // MARK: Slots

    var slots: [Int] { partitions.indices.filter { !freeSlots.contains($0) } }

    func slots(where isWanted: (Partition) -> Bool) -> [Int] {
        partitions.indices.filter { !freeSlots.contains($0) && isWanted(partitions[$0]) }
    }

    func contains(where isWanted: (Partition) -> Bool) -> Bool {
        partitions.indices.contains { !freeSlots.contains($0) && isWanted(partitions[$0]) }
    }

    func slot(topic: String, partition: Int32) -> Int? {
        partitions.indices.first {
            !freeSlots.contains($0) && partitions[$0].partition == partition && partitions[$0].topicName == topic
        }
    }

    mutating func add(_ partition: Partition) -> Int {
        var slot = partitions.count
        if let free = reusableSlots.popLast() {
            slot = free
            freeSlots.remove(slot)
            partitions[slot] = partition
        } else {
            partitions.append(partition)
        }
        setCeiling(of: slot)
        return slot
    }

    /// A build's partition without a ceiling is not read at all.
    mutating func setCeiling(of slot: Int) {
        let (topic, partition) = (partitions[slot].topic, partitions[slot].partition)
        let ceiling = ceilings.map { $0.first { $0.topic == topic && $0.partition == partition }?.next ?? 0 }
        partitions[slot].feed.ceiling = ceiling ?? .max
    }

    /// Nothing of the partition is left but its name.
    mutating func free(_ slot: Int) {
        if partitions[slot].checkpoint.isTouched { touchedCount -= 1 }
        partitions[slot] = Partition(partitions[slot].identity)
        partitions[slot].wait(notBefore: nil)
        freeSlots.insert(slot)
    }

    /// The shell has released these as well.
    mutating func release(_ slots: [Int]) { reusableSlots += slots }

    // MARK: Batch

    mutating func touch(_ slot: Int) {
        guard !partitions[slot].checkpoint.isTouched else { return }
        partitions[slot].checkpoint.isTouched = true
        touchedCount += 1
        use(slot)
    }

    mutating func use(_ slot: Int) {
        useCount += 1
        partitions[slot].checkpoint.lastUse = useCount
    }

    /// The batch was closed: what is still touched is in the next one.
    mutating func countTouched() { touchedCount = partitions.count { $0.checkpoint.isTouched } }

    /// The transaction in flight was not applied.
    mutating func retractInFlight() {
        for slot in partitions.indices where partitions[slot].checkpoint.inFlight != nil {
            partitions[slot].checkpoint.retract()
        }
    }

    /// The transaction in flight is of unknown outcome. What it held counts as not sent: a partition that halted behind it
    /// is read again too.
    mutating func loseTrack() {
        for slot in partitions.indices where partitions[slot].checkpoint.inFlight != nil {
            partitions[slot].checkpoint.loseTrack()
            partitions[slot].checkpoint.isTouched = true
        }
    }

    /// What is folded and not sent is dropped; returns the slots whose checkpoints must be read again.
    mutating func dropBatch(notBefore: Int64?) -> [Int] {
        touchedCount = 0
        var again: [Int] = []
        for slot in partitions.indices where partitions[slot].dropBatch() {
            partitions[slot].wait(notBefore: notBefore)
            partitions[slot].position.next = partitions[slot].stored.next
            again.append(slot)
        }
        return again
    }

    // MARK: Fence

    /// What the next fence covers: all partitions that fold, or that are in the batch, if they are few, otherwise those of
    /// the batch and those used last.
    mutating func chooseWatched(limit: Int, preferring preferred: Int?) -> [Int] {
        var chosen = slots { $0.isFolding || $0.checkpoint.isTouched }
        guard chosen.count > limit else { return chosen }
        if let preferred { use(preferred) }
        chosen.sort {
            let (one, other) = (partitions[$0].checkpoint, partitions[$1].checkpoint)
            return (one.urgency, one.lastUse) > (other.urgency, other.lastUse)
        }
        chosen.removeLast(chosen.count - limit)
        return chosen
    }

    mutating func watch(_ slots: [Int]) {
        watched = slots
        for slot in slots { partitions[slot].checkpoint.isWatched = true }
    }

    /// No WATCH is relied on: partitions may join the batch again, as many as one fence holds.
    mutating func unwatch() {
        for slot in watched { partitions[slot].checkpoint.isWatched = false }
    }

    /// With more folding partitions than one fence holds, those that were not looked at for the longest come first now.
    mutating func lookElsewhere(limit: Int) {
        let folding = slots { $0.isFolding }
        guard folding.count > limit else { return }
        let unseen = folding.filter { !partitions[$0].checkpoint.isWatched }.sorted {
            partitions[$0].checkpoint.lastUse < partitions[$1].checkpoint.lastUse
        }
        for slot in unseen.prefix(limit) { use(slot) }
    }
}
