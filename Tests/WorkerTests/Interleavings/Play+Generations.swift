import Records

@testable import Worker

/// The promotion's part of a scripted run.
extension Play {
    private var key: String { world.keys.generation }

    /// The record as it is in the home database.
    var record: GenerationRecord? { world.redis.text(key).flatMap { GenerationRecord(bytes: $0) } }

    /// A promotion drains the home generation, for so long.
    func drain(milliseconds: Int64) {
        guard var drained = record else { return }
        drained.state = .draining
        drained.token = "promoter"
        drained.deadline = world.now + milliseconds
        world.redis.write(key, .string(Array(drained.text.utf8)))
    }

    /// The promotion ends, and the generation is where it was.
    func reopen() { world.redis.write(key, .string(World.generationText)) }

    /// Puts another generation into a database: as far as the home one, with the same rows.
    func other(in database: Int, number: Int = 2) {
        let record = GenerationRecord(number: number, identifier: "0000000\(number)", fingerprint: "g")
        let home = world.redis.data
        world.redis.within(database) {
            world.redis.data = home
            world.redis.write(key, .string(Array(record.text.utf8)))
        }
    }

    func next(_ partition: Int = 0, in database: Int) -> Int64 {
        world.redis.within(database) { next(partition) }
    }

    /// How far a build's partitions may be read.
    func raise(_ lane: SimulatedLane, _ ceilings: [Int64]) {
        lane.lane.control.setCeilings(
            ceilings.enumerated().map { Ceiling(topic: 0, partition: Int32($0.offset), next: $0.element) })
    }
}
