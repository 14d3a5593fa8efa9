package import Projections

/// A projection in Swift, ready to run in a lane.
package final class SwiftProjector<Source: Projection>: Projector {
    package let plan: ProjectionPlan
    package var isCode: Bool { true }
    private var core: ProjectionCore<Source>

    /// Prepares `source`; throws all that is wrong with it. `naming` says what is before each row's key;
    /// `schemas`: where those of Avro and Protobuf come from.
    package init(
        _ source: Source, naming: RowNaming = .plain, limits: Limits = Limits(),
        schemas: (any SchemaSource)? = nil
    ) throws(ProjectionError) {
        core = try ProjectionCore(source, naming: naming, limits: limits, schemas: schemas)
        plan = core.plan
    }

    package func project(
        _ event: borrowing Projections.Event, into changes: inout Changeset
    ) -> ProjectionOutcome {
        core.project(event, into: &changes)
    }

    package func time(of event: borrowing Projections.Event) -> Int64? { core.time(of: event) }
}
