import Projections
public import Redis

// `--fresh`: the simplest client of the driver.
extension GenerationKeeper {
    /// Drops everything of the projection, and makes the next generation live.
    ///
    /// Throws ``WorkerError`` if it is refused, before anything is removed, and if another driver takes over.
    public func startFresh(_ redis: inout RedisConnection) throws -> Standing {
        var driver = try GenerationDriver(plan.name, goal: .next(self), &redis)
        try driver.run(&redis)
        return try driver.standing ?? establish(&redis)
    }

    /// All that could keep the next generation from being made, looked at before the present one is touched.
    func refuseNext(after inventory: GenerationInventory, _ redis: inout RedisConnection) throws {
        for (index, second) in plan.views.enumerated() {
            for first in plan.views[..<index] where KeyPattern.canCollide(first, second) {
                throw WorkerError(
                    .configuration,
                    "projection \(plan.name): view \(second.name) could make the same key as view \(first.name). Give one of them another key template."
                )
            }
        }
        try refuseCollisions(inventory.others)
        try refuseIncompleteLog()
        try refuseCluster(&redis)
        for view in plan.views { try refuseRows(of: view, outside: inventory.own, &redis) }
    }
}
