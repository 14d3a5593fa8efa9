import Formats
import Projections

/// A projection whose events wait for their schemas: each schema is of some offsets, and comes when it was asked for now
/// and then.
final class LateProjector: Projector {
    let plan: ProjectionPlan
    private let projector: JSONProjector
    private let schemas: LateSchemas

    init(_ plan: ProjectionPlan, _ schemas: LateSchemas) {
        self.plan = plan
        self.schemas = schemas
        projector = JSONProjector(plan: plan)
    }

    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        guard schemas.isHere(of: event.partition, event.offset) else { return .awaitsSchema("the registry is away") }
        return projector.project(event, into: &changes)
    }
}

/// Which schemas have come: all lanes see the same ones.
final class LateSchemas {
    /// Returns whether a schema that was asked for comes now.
    var comes: () -> Bool
    private var known: Set<[Int64]> = []
    private(set) var waits = 0
    /// Those that were asked for: partition and number.
    private(set) var asked: Set<[Int64]> = []

    init(comes: @escaping () -> Bool) { self.comes = comes }

    func isHere(of partition: Int32, _ offset: Int64) -> Bool {
        let schema = [Int64(partition), offset / 5]
        asked.insert(schema)
        if known.contains(schema) { return true }
        if comes() { known.insert(schema) } else { waits += 1 }
        return known.contains(schema)
    }
}
