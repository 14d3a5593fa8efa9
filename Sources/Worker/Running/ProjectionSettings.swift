public import Projections
import Records
public import Redis

/// What one projection needs to run in this process. Many properties: each is one setting.
public struct ProjectionSettings: Sendable {
    public var plan: ProjectionPlan
    public var fingerprint: String
    public var kafka: [(String, String)]
    /// The home database, where the live generation is.
    public var redis: RedisOptions
    /// Databases that a build may take; nil: any empty one.
    public var spare: [Int]?
    /// What is done without being asked when the live generation has another definition.
    public var onChange: WorkerSettings.OnChange
    /// How long what was live before is kept after a promotion, in milliseconds.
    public var keepPrevious: Int64
    /// Only the generation with this identifier is folded, wherever it is; nil: the one of this definition.
    public var identifier: String?
    /// The definition as it is kept beside a generation, and which program makes it.
    public var definition: String?
    public var builtBy: String?
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
        onChange = worker.onChange
        keepPrevious = Int64(worker.keepPreviousMilliseconds)
        self.limits = limits
    }

    var finder: GenerationFinder { GenerationFinder(home: redis.address.database, spare: spare) }

    /// What makes or finds generations on logs that hold this.
    public func keeper(_ facts: LogFacts) -> GenerationKeeper {
        var keeper = GenerationKeeper(plan: plan, fingerprint: fingerprint, facts: facts)
        keeper.allowsPartial = allowsPartial
        keeper.acceptsCluster = acceptsCluster
        keeper.finder = finder
        keeper.definition = definition
        keeper.builtBy = builtBy
        return keeper
    }

    /// What Kafka says of the topics now; throws if it cannot be reached, or a topic is missing or not as declared.
    public func logFacts() throws -> LogFacts { try ProjectionServices(settings: self, log: { _ in }).facts() }

    func groupID(generation: Int, identifier: String) -> String {
        GroupName.of(prefix: group, projection: plan.name, number: generation, identifier: identifier)
    }
}
