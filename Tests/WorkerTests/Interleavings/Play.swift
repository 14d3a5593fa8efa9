import Projections
import Records

@testable import Worker

/// A scripted run of some lanes on one Redis and one log: the test says what happens when.
final class Play {
    let world: World
    private(set) var lanes: [SimulatedLane] = []

    init(partitions: Int = 1, world: World? = nil) {
        self.world = world ?? World(seed: 1, partitions: partitions)
        self.world.interleaves = false
    }

    /// A lane that connects at once and owns these partitions.
    @discardableResult
    func lane(
        _ partitions: [Int], projector: (any Projector)? = nil, adjust: (inout LaneSettings) -> Void = { _ in }
    ) -> SimulatedLane {
        let lane = SimulatedLane(
            world: world, writer: "\(lanes.count + 1)", projector: projector, adjust: adjust)
        lanes.append(lane)
        if !partitions.isEmpty { lane.assign(partitions) }
        return lane
    }

    /// Appends records with the numbers from 1 on, of the rows in turn.
    func append(_ count: Int, partition: Int = 0, rows: Int = 4) {
        for number in 1...count { world.log.append(partition, row: number % rows, number: number) }
    }

    /// The server carries out all that it was sent.
    func serve() {
        for client in world.clients { while world.redis.step(client) {} }
    }

    /// What a lane does by itself, until nothing more happens; the others stand still.
    func settle(_ lane: SimulatedLane, rounds: Int = 12) {
        for _ in 0..<rounds {
            lane.takeEvents(50)
            lane.write(.max)
            serve()
            lane.read(.max)
        }
    }

    /// Lets time pass, and all lanes with it, in steps.
    func pass(milliseconds: Int64, step: Int64 = 100) {
        let end = world.now + milliseconds
        while world.now < end {
            world.now += step
            for lane in lanes where !lane.isFrozen {
                lane.services.answerDueInspection()
                settle(lane, rounds: 2)
            }
        }
    }

    /// The server carries out what a lane sent, up to and with its next EXEC; false if there is none.
    func serveTransaction(of lane: SimulatedLane) -> Bool {
        guard let client = lane.client else { return false }
        let before = world.executions
        while world.executions == before {
            guard world.redis.step(client) else { return false }
        }
        return true
    }

    /// The lane is gone from one moment to the next, and what it had sent with it.
    func crash(_ lane: SimulatedLane) {
        world.clients.removeAll { $0 === lane.client }
        lanes.removeAll { $0 === lane }
    }

    func next(_ partition: Int = 0) -> Int64 { world.checkpoint(partition)?.next ?? -1 }

    func isHalted(_ lane: SimulatedLane, _ partition: Int = 0) -> HaltReason? {
        lane.slotOf[partition].flatMap { lane.machine.partition($0).haltReason }
    }
}
