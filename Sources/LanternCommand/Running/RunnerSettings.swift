import Configuration
import Projections
import Redis
import Worker

/// From a file's settings to what the worker needs.
extension ProjectionSettings {
    init(_ plan: ProjectionPlan, in configuration: Configuration) {
        self.init(
            plan: plan, fingerprint: settingsFingerprint(plan), kafka: configuration.kafka.map { ($0.name, $0.value) },
            redis: RedisOptions(configuration, clientName: "lantern-\(plan.name)"))
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
            settings.backOffFirst = Int64(bounds.backOffMinimumMilliseconds)
            settings.backOffLast = Int64(bounds.backOffMaximumMilliseconds)
            settings.commandTimeout = Int64(bounds.commandTimeoutMilliseconds)
            settings.revocationTimeout = Int64(bounds.revocationDeadlineMilliseconds)
        }
    }
}

extension RedisOptions {
    /// The connection that a file asks for.
    init(_ configuration: Configuration, clientName: String) {
        let redis = configuration.redis
        let endpoint: RedisAddress.Endpoint =
            switch redis.url.place {
            case .host(let name, let port): .tcp(host: name, port: UInt16(port))
            case .unixSocket(let path): .unix(path: path)
            }
        self.init(
            address: RedisAddress(
                endpoint: endpoint, usesTLS: redis.url.hasTLS, database: redis.url.database, user: redis.url.user,
                password: redis.url.password))
        user = redis.user
        passwordFile = redis.passwordFile
        if let files = redis.tls { tls = TLS(ca: files.ca, certificate: files.cert, key: files.key) }
        connectTimeoutMilliseconds = configuration.limits.connectTimeoutMilliseconds
        commandTimeoutMilliseconds = configuration.limits.commandTimeoutMilliseconds
        replyLimits = ReplyLimits(bytes: configuration.limits.replyBytes)
        self.clientName = clientName
    }
}

/// The property of the same name hides the function inside the extension.
private func settingsFingerprint(_ plan: ProjectionPlan) -> String { fingerprint(of: plan) }
