import Configuration
import Lantern
import Observing
import Projections
import Redis

extension StatusSubject {
    /// The projections of a file, in its order.
    static func all(_ configuration: Configuration, clientName: String) -> [StatusSubject] {
        configuration.projections.map { plan in
            StatusSubject(
                plan: plan, fingerprint: fingerprintOf(plan), group: configuration.worker.group,
                redis: RedisOptions(configuration, clientName: clientName, of: plan.name),
                spare: configuration.redis.spare,
                keepPrevious: Int64(configuration.worker.keepPreviousMilliseconds))
        }
    }
}

/// The property of the same name hides the function inside the extension.
private func fingerprintOf(_ plan: ProjectionPlan) -> String { fingerprint(of: plan) }
