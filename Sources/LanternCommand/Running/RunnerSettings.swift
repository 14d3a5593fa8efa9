import Configuration
import Projections
import Redis
import Worker

/// From a file's settings to what the worker needs.
extension ProjectionSettings {
    init(_ plan: ProjectionPlan, in configuration: Configuration) {
        self.init(
            plan: plan, fingerprint: settingsFingerprint(plan), kafka: configuration.kafka.map { ($0.name, $0.value) },
            redis: RedisOptions(configuration, clientName: "lantern-\(plan.name)", of: plan.name))
        spare = configuration.redis.spare
        onChange =
            switch configuration.worker.onChange {
            case .wait: .wait
            case .rebuild: .rebuild
            }
        definition = configuration.definitions[plan.name]
        builtBy = "lantern \(VersionCommand.version)"
        lanes = configuration.worker.lanes
        instanceID = configuration.worker.instanceID
        group = configuration.worker.group
        switch configuration.worker.partitions {
        case .all?: fixed = .all
        case .only(let numbers)?: fixed = .some(numbers)
        case nil: fixed = nil
        }
        let bounds = configuration.limits
        limits = { settings in
            settings.commandsPerTransaction = bounds.commandsPerTransaction
            settings.bytesPerTransaction = bounds.bytesPerTransaction
            settings.parkedPerKey = bounds.parkedPerKey
            settings.parkedInAll = bounds.parked
            settings.recordBytes = bounds.recordBytes
            settings.backOffFirst = Int64(bounds.backOffMinimumMilliseconds)
            settings.backOffLast = Int64(bounds.backOffMaximumMilliseconds)
            settings.commandTimeout = Int64(bounds.commandTimeoutMilliseconds)
            settings.revocationTimeout = Int64(bounds.revocationDeadlineMilliseconds)
        }
    }
}

extension RedisOptions {
    /// The connection that a file asks for, to the database of one of its projections if that has its own.
    init(_ configuration: Configuration, clientName: String, of projection: String? = nil) {
        let redis = configuration.redis
        self.init(address: redis.address)
        if let projection { self = selecting(configuration.database(of: projection)) }
        user = redis.user
        passwordFile = redis.passwordFile
        if let files = redis.tls { tls = files }
        connectTimeoutMilliseconds = configuration.limits.connectTimeoutMilliseconds
        commandTimeoutMilliseconds = configuration.limits.commandTimeoutMilliseconds
        // A partition's list of parked events is one reply.
        replyLimits = ReplyLimits(
            bytes: configuration.limits.replyBytes, elements: max(1_000_000, configuration.limits.parked + 1_000))
        self.clientName = clientName
    }
}

extension EventLimits {
    /// The bounds that a file sets.
    init(_ limits: Limits) {
        self.init()
        valueBytes = limits.recordBytes
        keyBytes = limits.keyBytes
    }
}

/// The property of the same name hides the function inside the extension.
private func settingsFingerprint(_ plan: ProjectionPlan) -> String { fingerprint(of: plan) }
