import Bytes

/// The changes of one batch, coalesced: for each row a base, kept or deleted, and one change for each field or member
/// (Architecture.md, "How a batch is filled"). Rows and elements are written in the order in which they were first touched.
///
/// All bytes are in one arena, found through two open-addressing tables; in steady state an event allocates nothing.
public struct Changeset: ~Copyable {
    /// Whether changes of one row are merged. Where keys rarely repeat, finding the row would only cost time: then each
    /// change is encoded at once, in `unmerged`. To be changed only while it is empty.
    public var isMerging = true
    var unmerged = UnmergedChanges()
    /// How many commands the merged changes take.
    var mergedCount = 0
    /// How many commands the merged changes would have taken unmerged.
    public internal(set) var offeredCount: Int64 = 0
    var byteBound = 0
    var arena = ByteBuffer(capacity: 1 << 14)
    var entries = ReusableArray<ChangesetEntry>(capacity: 256)
    var elements = ReusableArray<ChangesetElement>(capacity: 256)
    /// Places in `entries` and `elements` plus one; 0 is free. Their sizes are powers of two.
    var entrySlots = ReusableArray<Int32>(repeating: 0, count: 1 << 10)
    var elementSlots = ReusableArray<Int32>(repeating: 0, count: 1 << 11)
    /// The sum of all increments' magnitudes: while it is in range, so is each sum.
    var sumMagnitude: UInt64 = 0
    var scoreMagnitude: UInt64 = 0
    let seed = ByteHash.seed

    public init() {}

    /// The weight of the commands that `encode` would write now: those for several documents count as that many.
    @inline(__always) public var commandCount: Int { mergedCount &+ unmerged.weight }
    /// At most how many bytes `encode` would write now, or how many it holds in memory if these are more.
    @inline(__always) public var byteCount: Int { max(byteBound, arena.count) &+ unmerged.byteCount }
    /// Whether both counts are below these: one call for each event, where two would cost a hundredth of its time.
    public func isBelow(commands: Int, bytes: Int) -> Bool { commandCount < commands && byteCount < bytes }
    public var isEmpty: Bool { entries.isEmpty && unmerged.isEmpty }

    /// Forgets the changes; memory is kept unless it is much. It touches only what the changes used.
    public mutating func removeAll() {
        unmerged.removeAll(keeping: 1 << 22)
        if entries.isEmpty { return }
        if entries.room > 1 << 16 || elements.room > 1 << 18 {
            entries = ReusableArray(capacity: 256)
            elements = ReusableArray(capacity: 256)
            entrySlots = ReusableArray(repeating: 0, count: 1 << 10)
            elementSlots = ReusableArray(repeating: 0, count: 1 << 11)
        } else {
            for index in entries.indices { entrySlots[Int(entries[index].slot)] = 0 }
            for index in elements.indices { elementSlots[Int(elements[index].slot)] = 0 }
            entries.removeAll()
            elements.removeAll()
        }
        arena.removeAll(keeping: 1 << 22)
        mergedCount = 0
        offeredCount = 0
        byteBound = 0
        sumMagnitude = 0
        scoreMagnitude = 0
    }

    /// Whether increments of these magnitudes (of integers, of scores) leave each sum in memory exact. An empty
    /// changeset takes any one event. Too early is better than too late: it does not matter where a batch is cut.
    func canAdd(sums: UInt64, scores: UInt64) -> Bool {
        if entries.isEmpty { return true }
        let (sum, overflow) = sumMagnitude.addingReportingOverflow(sums)
        if overflow || sum > UInt64(Int64.max) { return false }
        let (score, scoreOverflow) = scoreMagnitude.addingReportingOverflow(scores)
        return !scoreOverflow && score < 1 << 53
    }

    // MARK: - Finding

    /// The row's place in `entries`, made if it is new.
    mutating func entry(view: Int32, shape: EntryShape, keep: Int64, key: Span<UInt8>) -> Int {
        let hash = ByteHash.hash(key, seed: seed ^ UInt64(truncatingIfNeeded: view))
        var slot = Int(truncatingIfNeeded: hash) & (entrySlots.count - 1)
        while entrySlots[slot] != 0 {
            let index = Int(entrySlots[slot]) - 1
            if entries[index].hash == hash, entries[index].view == view,
                arena.span(entries[index].key.range).isEqual(to: key)
            {
                return index
            }
            slot = (slot + 1) & (entrySlots.count - 1)
        }
        let index = entries.count
        entrySlots[slot] = Int32(index + 1)
        var entry = ChangesetEntry(hash: hash, view: view, key: store(key), shape: shape, keep: keep)
        entry.slot = Int32(slot)
        entries.append(entry)
        count(index, 0)
        if entries.count * 2 > entrySlots.count { growEntrySlots() }
        return index
    }

    /// The place in `elements` of the row's field or member, made if it is new; one that a delete swallowed begins
    /// again.
    mutating func element(of entry: Int, name: Span<UInt8>, nameHash: UInt64) -> Int {
        let hash = ByteHash.mix(nameHash ^ UInt64(truncatingIfNeeded: entry), 0x9E37_79B9_7F4A_7C15)
        var slot = Int(truncatingIfNeeded: hash) & (elementSlots.count - 1)
        while elementSlots[slot] != 0 {
            let index = Int(elementSlots[slot]) - 1
            if elements[index].hash == hash, elements[index].entry == Int32(entry),
                arena.span(elements[index].name.range).isEqual(to: name)
            {
                if elements[index].round != entries[entry].round { link(index, to: entry) }
                return index
            }
            slot = (slot + 1) & (elementSlots.count - 1)
        }
        let index = elements.count
        elementSlots[slot] = Int32(index + 1)
        var element = ChangesetElement(entry: Int32(entry), round: 0, hash: hash, name: store(name))
        element.slot = Int32(slot)
        elements.append(element)
        link(index, to: entry)
        byteBound += name.count + 64
        if elements.count * 2 > elementSlots.count { growElementSlots() }
        return index
    }

    private mutating func link(_ index: Int, to entry: Int) {
        elements[index].round = entries[entry].round
        elements[index].change = .none
        elements[index].next = -1
        if entries[entry].last >= 0 {
            elements[Int(entries[entry].last)].next = Int32(index)
        } else {
            entries[entry].first = Int32(index)
        }
        entries[entry].last = Int32(index)
    }

    // MARK: - Memory

    mutating func store(_ text: Span<UInt8>) -> ArenaText {
        let start = arena.count
        arena.append(text)
        return ArenaText(start: UInt32(start), count: UInt32(text.count), room: UInt32(text.count))
    }

    /// Stores `text` in the place of `old` if it fits, so that a field that is set again and again takes no memory.
    mutating func store(_ text: Span<UInt8>, over old: ArenaText) -> ArenaText {
        guard text.count <= Int(old.room) else {
            byteBound += text.count - Int(old.room)
            return store(text)
        }
        arena.overwrite(at: Int(old.start), with: text)
        return ArenaText(start: old.start, count: UInt32(text.count), room: old.room)
    }

    /// Brings the counts of commands and bytes up to date after a change of row `index`, which took `before` commands.
    @inline(__always)
    mutating func count(_ index: Int, _ before: Int) {
        let difference = entries[index].commands - before
        mergedCount += difference
        byteBound += difference * (Int(entries[index].key.count) + 96)
    }

    @inline(never)
    private mutating func growEntrySlots() {
        entrySlots = ReusableArray(repeating: 0, count: entrySlots.count * 2)
        for index in entries.indices {
            let slot = Self.freeSlot(for: entries[index].hash, in: entrySlots)
            entrySlots[slot] = Int32(index + 1)
            entries[index].slot = Int32(slot)
        }
    }

    @inline(never)
    private mutating func growElementSlots() {
        elementSlots = ReusableArray(repeating: 0, count: elementSlots.count * 2)
        for index in elements.indices {
            let slot = Self.freeSlot(for: elements[index].hash, in: elementSlots)
            elementSlots[slot] = Int32(index + 1)
            elements[index].slot = Int32(slot)
        }
    }

    private static func freeSlot(for hash: UInt64, in slots: borrowing ReusableArray<Int32>) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }
}
