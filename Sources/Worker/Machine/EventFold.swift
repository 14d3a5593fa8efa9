import Bytes
import Projections

/// The projector, and what its results say of the topics and of its own code.
struct EventFold: ~Copyable {
    let projector: any Projector
    let isDefinedInCode: Bool
    var jsonTrial: JSONTrial
    /// One event's changes alone, for their hash.
    private var singleEventChanges = Changeset()

    init(_ projector: any Projector, _ settings: LaneSettings) {
        self.projector = projector
        isDefinedInCode = projector.isCode
        jsonTrial = JSONTrial(topics: settings.plan.topics.count, limit: settings.proofEvents)
    }

    /// The hash of the commands that the event makes alone; nil if it is not projected.
    mutating func changesHash(_ event: borrowing Event) -> UInt64? {
        singleEventChanges.removeAll()
        guard projector.project(event, into: &singleEventChanges) == .projected else { return nil }
        var commands = CommandBuffer(capacity: 1024)
        singleEventChanges.encode(into: &commands)
        return xxh3(commands.bytes.span)
    }
}
