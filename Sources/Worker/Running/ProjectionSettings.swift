public import Projections
public import Redis

/// What one projection needs to run in this process.
public struct ProjectionSettings: Sendable {
    public var plan: ProjectionPlan
    public var fingerprint: String
    public var kafka: [(String, String)]
    public var redis: RedisOptions
    public var lanes: Int
    public var instanceID: String?
    /// The first part of the consumer group's name; `lantern-PROJECTION` by default.
    public var group: String?
    /// nil: a consumer group; else these partitions of every topic.
    public var fixed: WorkerSettings.Partitions?
    public var limits: Limits
    public var allowsPartial = false
    public var acceptsCluster = false
    public var startsFresh = false
    /// Whether the broker is asked for topics' settings; the embedded one never replies to that.
    public var asksForTopicSettings = true
    /// What tests change in a lane's settings.
    package var adjust: @Sendable (inout LaneSettings) -> Void = { _ in }

    public init(
        plan: ProjectionPlan, fingerprint: String, kafka: [(String, String)], redis: RedisOptions,
        worker: WorkerSettings = WorkerSettings(), limits: Limits = Limits()
    ) {
        self.plan = plan
        self.fingerprint = fingerprint
        self.kafka = kafka
        self.redis = redis
        lanes = worker.lanes
        instanceID = worker.instanceID
        group = worker.group
        fixed = worker.partitions
        self.limits = limits
    }

    func groupID(generation: Int, identifier: String) -> String {
        "\(group ?? "lantern-\(plan.name)")-\(generation)-\(identifier)"
    }
}
