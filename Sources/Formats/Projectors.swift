package import Projections

/// Makes a plan ready to run, whatever the formats of its topics.
///
/// `schemas`: where the schemas of binary events come from; without it none can be read.
/// `naming`: plain names for a live generation, shadow names for one that is being built. Only rows of `sample` are kept.
package func makeProjector(
    _ plan: ProjectionPlan, naming: RowNaming = .plain, limits: Limits = Limits(), sample: RowSample = .all,
    schemas: (any SchemaSource)? = nil
) -> any PlannedProjector {
    plan.isPlain
        ? JSONProjector(plan: plan, naming: naming, limits: limits, sample: sample)
        : FeedProjector(plan: plan, naming: naming, limits: limits, sample: sample, schemas: schemas)
}
