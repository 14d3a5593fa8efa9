package import Projections

/// Makes a plan ready to run, whatever the formats of its topics.
///
/// `naming`: plain names for a live generation, shadow names for one that is being built. Only rows of `sample` are kept.
package func makeProjector(
    _ plan: ProjectionPlan, naming: RowNaming = .plain, limits: Limits = Limits(), sample: RowSample = .all
) -> any PlannedProjector {
    plan.isPlain
        ? JSONProjector(plan: plan, naming: naming, limits: limits, sample: sample)
        : FeedProjector(plan: plan, naming: naming, limits: limits, sample: sample)
}
