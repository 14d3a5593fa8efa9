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

    /// What an event changes alone.
    enum SingleChanges {
        /// The hash of its commands.
        case hash(UInt64)
        /// It is not projected.
        case none
        /// Its schema is not here, which says nothing: what is waited for.
        case awaited(String)
    }

    mutating func singleChanges(_ event: borrowing Event) -> SingleChanges {
        singleEventChanges.removeAll()
        switch projector.project(event, into: &singleEventChanges) {
        case .projected: break
        case .awaitsSchema(let words): return .awaited(words)
        case .unknownType, .bad, .changesetMustCloseFirst: return .none
        }
        var commands = CommandBuffer(capacity: 1024)
        singleEventChanges.encode(into: &commands)
        return .hash(xxh3(commands.bytes.span))
    }
}
