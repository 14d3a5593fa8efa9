public import Projections
public import Redis

/// A projection whose rows may be read, and the home database that holds them.
public struct ReadSubject: Sendable {
    public var plan: ProjectionPlan
    public var redis: RedisOptions

    public init(plan: ProjectionPlan, redis: RedisOptions) {
        self.plan = plan
        self.redis = redis
    }

    var database: Int { redis.address.database }
}
