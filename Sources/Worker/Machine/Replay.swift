import Projections
import Records

/// The second reading of events that the checkpoint has passed: is it the same log, and did the last batch do no damage?
final class Replay: @unchecked Sendable {
    // Owned by one lane's thread; a class only because a changeset cannot be copied.
    /// The record that must be found where the checkpoint says, until it is found.
    var anchor: Checkpoint.Anchor?
    /// Whether the record was where the checkpoint says.
    var hasSeenAnchor = false
    /// From here on events are folded aside.
    let confirmed: Int64
    /// The checkpoint's `next`: here the replay ends.
    let end: Int64
    var changes = Changeset()
    /// What changesets before this one touched.
    private var touchedBefore: [TouchedEntry] = []

    /// What the events touched.
    var touched: [TouchedEntry] { touchedBefore + changes.touchedEntries() }
    var isEmpty: Bool { touchedBefore.isEmpty && changes.isEmpty }

    func setAside() {
        touchedBefore += changes.touchedEntries()
        changes.removeAll()
    }

    /// Of a projection in code: an event and the hash of what it changed, until it was found.
    var expected: Checkpoint.Anchor?
    /// The event that changes something else now.
    var differsAt: Int64?

    init(anchor: Checkpoint.Anchor?, expected: Checkpoint.Anchor? = nil, confirmed: Int64, end: Int64) {
        self.anchor = anchor
        self.expected = expected
        self.confirmed = confirmed
        self.end = end
    }
}
