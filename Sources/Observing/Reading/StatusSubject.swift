public import Projections
public import Redis

/// One projection of a file, and where what there is of it can be read.
public struct StatusSubject: Sendable {
    public var plan: ProjectionPlan
    /// Of the file's definition.
    public var fingerprint: String
    /// What the file says its consumer groups' names begin with.
    public var group: String?
    /// The home database.
    public var redis: RedisOptions
    /// Databases that a build may take; nil: any.
    public var spare: [Int]?
    /// How long workers keep what was live before a promotion, in milliseconds.
    public var keepPrevious: Int64

    public init(
        plan: ProjectionPlan, fingerprint: String, group: String? = nil, redis: RedisOptions, spare: [Int]? = nil,
        keepPrevious: Int64 = Int64(WorkerSettings().keepPreviousMilliseconds)
    ) {
        self.plan = plan
        self.fingerprint = fingerprint
        self.group = group
        self.redis = redis
        self.spare = spare
        self.keepPrevious = keepPrevious
    }

    var home: Int { redis.address.database }
}
