import Bytes
public import Projections
import Records

// The second reading of events that the checkpoint has passed, before folding begins.
extension LaneMachine {
    /// An event of a partition that is not folding.
    mutating func takeWhileReplaying(_ event: borrowing Event, slot: Int, now: Int64) -> Offer {
        guard case .replaying(let replay) = table[slot].phase else {
            table[slot].feed.needsPlacement = true
            // Dropped, but what it needs is fetched with what is waited for: a partition begins again for each schema that is not here.
            if table[slot].feed.awaitsSchema { _ = fold.singleChanges(event) }
            return .taken
        }
        guard findsAnchor(event, replay, slot: slot) else { return .taken }
        if let words = compareChanges(event, replay) { return awaitSchema(slot, words, now: now) }
        if event.offset < replay.end {
            if event.offset >= replay.confirmed, !table[slot].held.parked.offsets.contains(event.offset) {
                if let words = foldAside(event, replay) { return awaitSchema(slot, words, now: now) }
            }
            meter.countReplayed(topic: table[slot].topic)
            if event.offset + 1 >= replay.end { finishReplay(slot, replay) }
            return .taken
        }
        finishReplay(slot, replay)
        if table[slot].isFolding { return .later }
        table[slot].feed.needsPlacement = true
        return .taken
    }

    /// Returns what the event waits for; nil: nothing.
    private func foldAside(_ event: borrowing Event, _ replay: Replay) -> String? {
        switch fold.projector.project(event, into: &replay.changes) {
        case .projected, .unknownType, .bad: return nil
        case .awaitsSchema(let words): return words
        case .changesetMustCloseFirst:
            // A sum does not fit any more: what was touched so far is kept, and it begins again.
            replay.setAside()
            _ = fold.projector.project(event, into: &replay.changes)
            return nil
        }
    }

    /// False if the record is not where the checkpoint says: the partition halted.
    private mutating func findsAnchor(_ event: borrowing Event, _ replay: Replay, slot: Int) -> Bool {
        guard let expected = replay.anchor, event.offset >= expected.offset else { return true }
        replay.anchor = nil
        if event.offset == expected.offset {
            replay.hasSeenAnchor = RecordHash.of(event) == expected.hash
            if !replay.hasSeenAnchor { haltTruncated(slot, expected.offset, "another record is there now") }
            return replay.hasSeenAnchor
        }
        guard !isCompacted(slot) else { return true }
        haltTruncated(slot, expected.offset, "no record is there any more")
        return false
    }

    mutating func haltTruncated(_ slot: Int, _ offset: Int64, _ what: String) {
        haltLog(
            slot,
            "\(table[slot].name): the record at offset \(offset), the last one that the checkpoint has passed, is not the "
                + "one that was projected (\(what)): the topic was truncated or recreated. Restore the topic, or build the views again "
                + "(`lantern run --fresh \(settings.plan.name)`).")
    }

    // MARK: Changed code

    /// A projection in code whose version was not raised when it was changed: whether the event that the checkpoint
    /// describes still makes the same changes. A finding waits until the log has proved to be the same one. Returns what
    /// the event waits for; nil: nothing.
    private mutating func compareChanges(_ event: borrowing Event, _ replay: Replay) -> String? {
        guard let expected = replay.expected, event.offset >= expected.offset else { return nil }
        replay.expected = nil
        guard fold.isDefinedInCode, event.offset == expected.offset else { return nil }
        switch fold.singleChanges(event) {
        case .awaited(let words): return words
        case .hash(expected.hash): break
        case .hash, .none: replay.differsAt = expected.offset
        }
        return nil
    }

    /// What the changed code makes must not mix with the existing rows: all partitions of the lane stop.
    private mutating func haltChangedCode(_ slot: Int, _ offset: Int64) {
        let plan = settings.plan
        let message =
            "projection \(plan.name), version \(plan.version): its code now makes other changes from \(table[slot].name)@\(offset) than "
            + "it made when that event was projected. The code was changed, but `version` was not: raise "
            + "`version` and build the views again (`--fresh`), or run the earlier code."
        dropBatch(notBefore: 0)
        for other in slots where !table[other].isHalted { halt(other, .codeChanged, message) }
    }

    // MARK: The end of the replay

    /// The replay reached the checkpoint: look at the rows that it touched, or fold on.
    mutating func finishReplay(_ slot: Int, _ replay: Replay) {
        if let offset = replay.differsAt {
            haltChangedCode(slot, offset)
        } else if replay.isEmpty {
            startFolding(slot, sawAnchor: replay.hasSeenAnchor)
        } else {
            table[slot].check(replay)
        }
    }

    /// What a replay touched, for the shell to check.
    public func touched(_ slot: Int) -> [TouchedEntry] { table[slot].replay?.touched ?? [] }

    /// The rows that a replay touched were read.
    public mutating func rowsChecked(_ slot: Int, damage found: String?, now: Int64) {
        guard case .checking(let replay) = table[slot].phase else { return }
        if let found {
            damage(slot, found)
            return
        }
        startFolding(slot, sawAnchor: replay.hasSeenAnchor)
        if table[slot].feed.needsPlacement { place(slot, at: table[slot].next) }
    }

    mutating func startFolding(_ slot: Int, sawAnchor: Bool = false) {
        table[slot].startFolding(doubt: trust.number, sawAnchor: sawAnchor)
        session?.fence.isCurrent = false
        report(.started(slot: slot, next: table[slot].next))
    }
}
