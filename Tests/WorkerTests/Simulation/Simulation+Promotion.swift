import Records

@testable import Worker

// A promotion's driver, who may be gone at any moment, and another generation that changes places with the lanes' own.
extension Simulation {
    private var key: String { world.keys.generation }
    private var record: GenerationRecord? { world.redis.text(key).flatMap { GenerationRecord(bytes: $0) } }
    private var isHome: Bool { record?.identifier == "00000001" }

    /// The other generation is in another database.
    func prepareOther() {
        let record = GenerationRecord(number: 2, identifier: "00000002", fingerprint: "g")
        let home = world.redis.data
        world.redis.within(5) {
            world.redis.data = home
            world.redis.write(key, .string(Array(record.text.utf8)))
        }
    }

    /// The live generation is always further than the build.
    func raiseCeilings() {
        let ceilings = owner.indices.map { Ceiling(topic: 0, partition: Int32($0), next: world.log.end($0)) }
        for lane in lanes { lane.lane.control.setCeilings(ceilings) }
    }

    /// The next step of a promotion, or none.
    func promote() {
        if world.chance(1, in: 3) { raiseCeilings() }
        guard world.chance(1, in: 15), var record else { return }
        guard isHome else {
            world.redis.swap(with: 5)
            return
        }
        switch record.state {
        case .draining:
            guard world.chance(2, in: 3) else { return }
            world.redis.write(key, .string(World.generationText))
            if world.chance(1, in: 2) { world.redis.swap(with: 5) }
        default:
            record.state = .draining
            record.token = "promoter"
            record.deadline = world.now + Int64(number(1...3_000))
            world.redis.write(key, .string(Array(record.text.utf8)))
        }
    }

    /// The lanes' generation is live again; a drain is left to them.
    func endPromotion() { if !isHome { world.redis.swap(with: 5) } }
}
