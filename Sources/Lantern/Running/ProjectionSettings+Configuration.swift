package import Configuration
package import Projections
package import Redis
package import Worker

extension ProjectionSettings {
    /// From a file's settings, or those of a program, to what the worker needs.
    package init(_ plan: ProjectionPlan, in configuration: Configuration) {
        self.init(
            plan: plan, fingerprint: settingsFingerprint(plan), kafka: configuration.kafka.map { ($0.name, $0.value) },
            redis: RedisOptions(configuration, clientName: "lantern-\(plan.name)", of: plan.name),
            worker: configuration.worker, limits: configuration.limits)
        spare = configuration.redis.spare
        definition = configuration.definitions[plan.name]
    }
}

extension RedisOptions {
    /// The connection that the settings ask for, to the database of one of the projections if that has its own.
    package init(_ configuration: Configuration, clientName: String, of projection: String? = nil) {
        let redis = configuration.redis
        self.init(address: redis.address, limits: configuration.limits, clientName: clientName)
        if let projection { self = selecting(configuration.database(of: projection)) }
        user = redis.user
        passwordFile = redis.passwordFile
        sentinelUser = redis.sentinelUser
        sentinelPasswordFile = redis.sentinelPasswordFile
        if let files = redis.tls { tls = files }
    }
}

/// The property of the same name hides the function inside the extension.
private func settingsFingerprint(_ plan: ProjectionPlan) -> String { fingerprint(of: plan) }
