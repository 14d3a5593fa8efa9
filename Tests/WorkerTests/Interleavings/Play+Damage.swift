import Records

@testable import Worker

extension Play {
    /// A lane whose last transaction could not change a row; nobody has read the answer yet.
    static func struck() -> (play: Play, lane: SimulatedLane) {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.settle(lane)
        play.world.redis.write("row:0:k1", .string(Array("mine".utf8)))
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        play.serve()
        return (play, lane)
    }

    /// What is recorded of damage, by generation and partition.
    var damage: [String: [UInt8]] {
        guard case .hash(let fields)? = world.redis.data[world.keys.damage] else { return [:] }
        return fields
    }
}
