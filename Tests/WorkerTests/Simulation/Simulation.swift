import Bytes
import Kafka
import Projections
import Records

@testable import Worker

/// Some lanes, one Redis, one log, and random faults; afterwards everything is healed and must come to its end.
final class Simulation {
    let world: World
    var lanes: [SimulatedLane] = []
    /// Who should have each partition.
    private(set) var owner: [Int]
    private var snapshots: [[Int: [String: ModelRedis.Value]]] = []
    private var writers = 0
    private var faults: Int
    /// What comes on top of the usual faults.
    private let troubles: Troubles
    /// Many lanes on few partitions, and zombies more than anything else.
    private let isHarsh: Bool
    /// Whether the group replaces assignments as a whole.
    private let isEager: Bool
    private let plant: Plant?
    /// Whether promotions drain the generation, and move it to another database and back.
    private let promotes: Bool
    /// Schemas that come late; nil: no event has one.
    private let schemas: LateSchemas?
    /// Where the log was exchanged in the middle of the work: the lanes and partitions that have seen a record of the first.
    private var witnesses: [(lane: Int, partition: Int)]?

    init(
        seed: UInt64, isHarsh: Bool = false, promotes: Bool = false, awaitsSchemas: Bool = false,
        announces: Bool = false, comparesCheckpoints: Bool = true, plant: Plant? = nil
    ) {
        var random = SplitMix64(seed: seed)
        let partitions = Int.random(in: 1...(isHarsh ? 2 : 4), using: &random)
        troubles = isHarsh || promotes ? .none : Troubles.allCases.randomElement(using: &random) ?? .none
        world = World(
            seed: random.next(), partitions: partitions,
            plan: Self.plan(troubles, announces))
        world.comparesCheckpoints = comparesCheckpoints
        if let plant, Plant.ofNotices.contains(plant) { world.redis.mislaid = { plant.mislaid($0) } }
        owner = Array(repeating: 0, count: partitions)
        self.isHarsh = isHarsh
        self.plant = plant
        self.promotes = promotes
        let world = world
        schemas = awaitsSchemas ? LateSchemas { world.chance(1, in: 4) } : nil
        isEager = Bool.random(using: &random)
        world.hasTopicIDs = Bool.random(using: &random)
        world.breaksRoundTrips = true
        faults = isHarsh ? 15 : [2, 6, 15].randomElement(using: &random) ?? 6
        for _ in 0..<Int.random(in: (isHarsh ? 2 : 1)...3, using: &random) { lanes.append(newLane()) }
        for partition in owner.indices { owner[partition] = Int.random(in: lanes.indices, using: &random) }
        world.others = { [unowned self] in moveAnother() }
        if promotes { prepareOther() }
    }

    private static func plan(_ troubles: Troubles, _ announces: Bool) -> ProjectionPlan {
        guard troubles == .deadLetters else { return announces ? World.announcing : World.parking }
        return World.plan(onError: "{ dead-letter: bad }", more: "changes: \(announces)")
    }

    /// Runs it all; returns what was found wrong.
    func run(steps: Int) -> [String] {
        for _ in 0..<steps where world.violations.isEmpty { step() }
        if world.violations.isEmpty { heal() }
        return world.violations
    }

    private func newLane() -> SimulatedLane {
        writers += 1
        let projector = schemas.map { LateProjector(world.plan, $0) }
        let lane = SimulatedLane(world: world, writer: "\(writers)", projector: projector, plant: plant) { settings in
            settings.commandsPerTransaction = 8
            settings.mergesBatches = [true, false, nil].randomElement(using: &world.random) ?? nil
            settings.chunkBytes = world.chance(1, in: 2) ? 1 : 300
            settings.partitionsPerTransaction = 3
        }
        lane.mayHaveMore = true
        lane.kafka.isEager = isEager
        lane.kafka.room = world.chance(1, in: 3) ? number(1...4) : 128
        lane.kafka.refusals = world.chance(1, in: 3) ? 10 : 0
        return lane
    }

    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &world.random) }

    // MARK: Steps

    private func step() {
        world.now += Int64(world.chance(1, in: 30) ? number(200...7_000) : number(0...20))
        if world.chance(1, in: 4) { append() }
        if world.chance(faults, in: 100) { fault() }
        if promotes { promote() }
        if world.chance(1, in: isHarsh ? 60 : 8) { reconcile() }
        serve(number(0...6))
        let lane = lanes[number(0...lanes.count - 1)]
        move(lane)
    }

    private func move(_ lane: SimulatedLane) {
        guard !lane.isFrozen else { return }
        switch number(0...4) {
        case 0: lane.takeEvents(number(0...6))
        case 1: lane.write(world.chance(1, in: 3) ? number(1...40) : 1 << 20)
        case 2: lane.read(world.chance(1, in: 3) ? number(1...40) : 1 << 20)
        case 3: if lane.services.answerInspection() { lane.move() }
        default: lane.move()
        }
    }

    /// While one lane waits for an answer the others continue.
    private func moveAnother() {
        guard world.chance(1, in: 4) else { return }
        let idle = lanes.filter { !$0.isMoving }
        if let lane = idle.randomElement(using: &world.random) { move(lane) }
    }

    private func append() {
        let partition = number(0...world.log.partitions - 1)
        if world.chance(1, in: 8) {
            world.log.appendMarker(partition)
        } else {
            world.log.append(
                partition, row: number(0...3), number: number(1...1_000_000), isBad: world.chance(1, in: 40))
        }
    }

    private func serve(_ count: Int) {
        guard !world.redis.isAway else { return }
        for _ in 0..<count {
            guard let client = world.clients.filter(\.hasCommands).randomElement(using: &world.random) else { break }
            if !world.redis.step(client) { world.clients.removeAll { $0 === client && !isHeld($0) } }
        }
    }

    private func isHeld(_ client: ModelClient) -> Bool { lanes.contains { $0.client === client } }

    private func fault() {
        // A worker that starts behind such an exchange finds the other log in its checkpoints.
        guard witnesses == nil else { return }
        let index = number(0...lanes.count - 1)
        if isHarsh, world.chance(1, in: 2) { return zombie() }
        if troubles != .none, world.chance(1, in: 3) { return trouble() }
        switch number(0...11) {
        case 10, 11: lanes[index].kafka.fail(KafkaError(.unreachable, message: "the broker is gone"))
        case 0, 1: cut(lanes[index])
        case 2: crash(index)
        case 3: lanes[index].isFrozen.toggle()
        case 4:
            for partition in owner.indices where world.chance(1, in: 2) {
                owner[partition] = number(0...lanes.count - 1)
            }
        case 5: snapshots.append(world.redis.databases)
        // A Redis from before the first event is a first start, on whatever log there is.
        case 6: if !world.isExchanged { failOver() }
        case 7:
            world.redis.refusal =
                ["OOM no memory", "READONLY a replica", "MISCONF no disk", nil].randomElement(using: &world.random)
                ?? nil
        case 8:
            world.redis.isAway.toggle()
            if world.redis.isAway { for lane in lanes { cut(lane) } }
        default: zombie()
        }
    }

    private func trouble() {
        let partition = number(0...world.log.partitions - 1)
        switch troubles {
        case .none, .deadLetters: break
        case .damage:
            // Another program writes where it has no business.
            let key = "row:\(partition):k\(number(0...3))"
            if world.chance(1, in: 3) { world.redis.spoil(key, field: world.chance(1, in: 2) ? "sum" : nil) }
        case .refusedMulti: world.redis.refusesMulti.toggle()
        case .exchange: exchange()
        case .requests:
            guard let event = world.parked(partition).randomElement(using: &world.random) else { return }
            let offset = world.chance(1, in: 10) ? Int64(number(0...20)) : event.offset
            let edited = Array("{\"n\":\(World.edited)}".utf8)
            let action: RequestText.Action = [.retry, .skip, .edit(edited), .edit(edited)][number(0...3)]
            world.redis.setField(
                world.keys.requests, "t:\(partition):\(offset)", RequestText(action: action, identifier: "i").text)
        }
    }

    /// The topic is made again, or another cluster answers. Kafka's library has seen an error since its last record, or
    /// nothing has come for a while.
    private func exchange() {
        let hasAnchor = owner.indices.contains { world.checkpoint($0)?.anchor != nil }
        guard !world.isExchanged, hasAnchor else { return }
        let isSilent = world.chance(1, in: 2)
        // In the middle of the work nobody can know at once; what was folded until then is nobody's.
        let isUnknowable = isSilent && !lanes.allSatisfy(\.isInDoubt)
        world.isSpoilt = world.isSpoilt || isUnknowable
        if isUnknowable {
            witnesses = lanes.enumerated().flatMap { index, lane in
                lane.slotOf.filter { lane.machine.partition($0.value).trust.witness != nil }.map { (index, $0.key) }
            }
        }
        world.exchangeLog(owner.indices.map { max(0, Int(world.log.end($0)) + number(-3...3)) })
        guard !isSilent else { return }
        for lane in lanes { lane.kafka.fail(KafkaError(.unreachable, message: "the broker is gone")) }
    }

    /// The lane's end of the connection breaks; some of what it sent is lost, the rest may still be carried out.
    private func cut(_ lane: SimulatedLane) {
        guard let client = lane.client, !lane.isFrozen else { return }
        lane.cut()
        if world.chance(1, in: 2) { world.clients.removeAll { $0 === client } }
    }

    private func crash(_ index: Int) {
        guard !lanes[index].isMoving else { return }
        if let client = lanes[index].client, world.chance(1, in: 2) { world.clients.removeAll { $0 === client } }
        lanes[index].crash()
        lanes[index] = newLane()
    }

    private func failOver() {
        guard let snapshot = snapshots.randomElement(using: &world.random) else { return }
        snapshots.removeAll()
        world.redis.restore(snapshot)
        world.damagedAt.removeAll()
        guard world.chance(3, in: 4) else { return }
        world.clients.removeAll()
        for lane in lanes {
            if lane.isFrozen { lane.client?.inbox = [] }
            lane.isFrozen = false
            lane.cut()
        }
    }

    /// A partition is given to another lane while its old one continues.
    private func zombie() {
        let partition = number(0...owner.count - 1)
        owner[partition] = number(0...lanes.count - 1)
        let lane = lanes[owner[partition]]
        guard lane.kafka.pending == nil, !lane.kafka.given.contains(partition), !lane.isFrozen else { return }
        if !isEager || lane.kafka.given.isEmpty { lane.assign([partition]) }
    }

    /// Does what the group would: takes partitions from those who should not have them, and gives them to who should.
    /// Nobody has a new rebalance before the last one is answered, and nothing is given before it was given up.
    private func reconcile() {
        guard witnesses == nil else { return }
        for (index, lane) in lanes.enumerated() where !lane.isFrozen && lane.kafka.pending == nil {
            let given = lane.kafka.given
            let wrong = given.sorted().filter { owner[$0] != index }
            let lacks = owner.indices.contains { owner[$0] == index && !given.contains($0) && isFree($0) }
            // An eager member gives up all to have another share.
            let goes = isEager && (!wrong.isEmpty || lacks) ? given.sorted() : wrong
            if !goes.isEmpty { lane.revoke(goes, lost: world.chance(1, in: 3)) }
        }
        for (index, lane) in lanes.enumerated() where !lane.isFrozen && lane.kafka.pending == nil {
            let given = lane.kafka.given
            guard !isEager || given.isEmpty else { continue }
            let missing = owner.indices.filter { owner[$0] == index && !given.contains($0) && isFree($0) }
            if !missing.isEmpty { lane.assign(missing) }
        }
    }

    /// A frozen member's session is over: the group has forgotten it.
    private func isFree(_ partition: Int) -> Bool {
        !lanes.contains { !$0.isFrozen && $0.kafka.given.contains(partition) }
    }

    // MARK: The end

    private var isDone: Bool {
        owner.indices.allSatisfy { isStopped($0) || world.checkpoint($0)?.next == world.log.end($0) && !isAsked($0) }
    }

    /// Damage is recorded for it, or known to a lane that holds it.
    private func isStopped(_ partition: Int) -> Bool {
        world.hasDamage(partition)
            || lanes.contains { lane in
                guard let slot = lane.slotOf[partition] else { return false }
                return lane.machine.partition(slot).haltReason?.code == .damaged
            }
    }

    private func isFolded(_ partition: Int) -> Bool {
        lanes.contains { lane in lane.slotOf[partition].map { lane.machine.partition($0).isFolding } ?? false }
    }

    /// Whether a request of the operator waits.
    private func isAsked(_ partition: Int) -> Bool {
        guard case .hash(let fields)? = world.redis.data[world.keys.requests] else { return false }
        return fields.keys.contains { $0.hasPrefix("t:\(partition):") }
    }

    private func heal() {
        world.redis.isAway = false
        world.redis.refusal = nil
        world.redis.refusesMulti = false
        world.redis.role = "master"
        world.breaksRoundTrips = false
        world.others = nil
        schemas?.comes = { true }
        for lane in lanes { lane.kafka.refusals = 0 }
        if promotes { endPromotion() }
        for lane in lanes { lane.isFrozen = false }
        guard !world.isExchanged else { return healExchanged() }
        var rounds = 0
        while world.violations.isEmpty, !isDone || rounds < 5 {
            rounds += 1
            round()
            if rounds > 400 {
                let where_ = owner.indices.map { "\($0): \(world.checkpoint($0)?.next ?? -1) of \(world.log.end($0))" }
                world.violation("it does not come to its end: \(where_), \(lanes.map(\.summary))")
            }
        }
        // Damage in the last transaction makes the other partitions of its lane read their checkpoints again: one that is
        // stopped while it does leaves them unconfirmed, which only costs their next owner a look.
        for _ in 0..<8 where world.violations.isEmpty { round() }
        guard world.violations.isEmpty else { return }
        world.checkOracle()
        stop()
    }

    /// What is in the views is the first log's, whatever the second one holds, and every worker says so.
    private func healExchanged() {
        for _ in 0..<150 where world.violations.isEmpty { round() }
        if !world.isSpoilt { world.checkOracle() }
        for (index, lane) in lanes.enumerated() {
            for (partition, slot) in lane.slotOf where world.checkpoint(partition)?.next ?? 0 > 0 {
                if let witnesses, !witnesses.contains(where: { $0 == (index, partition) }) { continue }
                guard lane.machine.partition(slot).isHalted else {
                    world.violation("lane \(index) reads partition \(partition) of another log: \(lane.summary)")
                    continue
                }
            }
        }
    }

    /// "Correct this user's rights, then restart the worker": someone does.
    private func restartRefused() {
        for index in lanes.indices {
            let isRefused = lanes[index].slotOf.values.contains { slot in
                lanes[index].machine.partition(slot).haltReason?.code == .serverRefuses
            }
            if isRefused { crash(index) }
        }
    }

    private func round() {
        world.now += 200
        if promotes { raiseCeilings() }
        restartRefused()
        for lane in lanes {
            while lane.services.answerInspection() {}
            lane.takeEvents(50)
            lane.write(.max)
        }
        for client in world.clients { while world.redis.step(client) {} }
        world.clients.removeAll { !isHeld($0) }
        for lane in lanes { lane.read(.max) }
        reconcile()
    }

    private func stop() {
        for lane in lanes { lane.machine.stop(now: world.now) }
        for _ in 0..<20 { round() }
        world.checkOracle()
        for (index, lane) in lanes.enumerated() where !lane.hasEnded {
            let slots = lane.machine.slots.map { lane.machine.partition($0) }
            world.violation("lane \(index) does not drain: \(slots)")
        }
        // One whose lane stands back from another writer is left to the next owner's look.
        for partition in owner.indices where !isStopped(partition) && isFolded(partition) {
            if let checkpoint = world.checkpoint(partition), checkpoint.confirmed != checkpoint.next {
                world.violation("partition \(partition) was left unconfirmed: \(checkpoint)")
            }
        }
    }
}

/// What a simulation has beyond crashes, cuts, rebalances, failovers and refusals.
enum Troubles: CaseIterable {
    case none
    /// Rows that someone else spoils, so that elements of EXEC fail.
    case damage
    /// MULTI is refused while writes are allowed.
    case refusedMulti
    /// The operator retries, skips and edits.
    case requests
    /// Bad events go to a dead-letter topic, which takes some time and sometimes fails.
    case deadLetters
    /// The topic is deleted and made again.
    case exchange
}
