import Bytes
import Projections
import Records

// A projection in code whose version was not raised when it was changed: a checkpoint records what one event made
// before.
extension LaneMachine {
    /// The first event of a partition in a batch: nothing is paid for the others.
    @inline(never)
    mutating func rememberChanges(_ event: borrowing Event, slot: Int) {
        partitions[slot].changes = changesHash(event).map { Checkpoint.Anchor(offset: event.offset, hash: $0) }
    }

    /// The hash of the commands that the event makes alone; nil if it is not projected.
    private mutating func changesHash(_ event: borrowing Event) -> UInt64? {
        asideChanges.removeAll()
        guard projector.project(event, into: &asideChanges) == .projected else { return nil }
        var commands = CommandBuffer(capacity: 1024)
        asideChanges.encode(into: &commands)
        return xxh3(commands.bytes.span)
    }

    /// Whether the event that the checkpoint describes still makes the same changes; a finding waits until the log has
    /// proved to be the same one.
    mutating func compareChanges(_ event: borrowing Event, _ replay: Replay) {
        guard let expected = replay.expected, event.offset >= expected.offset else { return }
        replay.expected = nil
        guard isCode, event.offset == expected.offset, changesHash(event) != expected.hash else { return }
        replay.differsAt = expected.offset
    }

    /// What the changed code makes must not mix with the existing rows: all partitions of the lane stop.
    mutating func haltChangedCode(_ slot: Int, _ offset: Int64) {
        let plan = settings.plan
        let message =
            "projection \(plan.name), version \(plan.version): its code now makes other changes from \(partitions[slot].name)@\(offset) than "
            + "it made when that event was projected. The code was changed, but `version` was not: raise "
            + "`version` and build the views again (`--fresh`), or run the earlier code."
        dropBatch(notBefore: 0)
        for other in slots where !partitions[other].isHalted { halt(other, .codeChanged, message) }
    }
}
