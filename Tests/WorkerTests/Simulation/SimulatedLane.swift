import Bytes
import Decoding
import Projections

@testable import Redis
@testable import Worker

/// The shell of one machine, played: what it asks for is done against the models, when the simulation says so.
final class SimulatedLane {
    var machine: LaneMachine
    let world: World
    let writer: String
    var client: ModelClient?
    private var reader = ReplyReader(limits: ReplyLimits())
    private var reply = Reply()
    /// partition → slot
    var slotOf: [Int: Int] = [:]
    /// slot → the offset that Kafka would deliver next
    var positions: [Int: Int64] = [:]
    private var endTold: [Int: Int64] = [:]
    private var paused: Set<Int> = []
    private var held: Int?
    /// The event that was taken last.
    private var last: (slot: Int, offset: Int64, record: ModelLog.Record)?
    /// It waits for these answers and does nothing else.
    private var settlement: Settlement?
    var revocationDeadline: Int64?
    /// Whether Kafka's queue is sometimes not empty when the lane looks.
    var mayHaveMore = false
    var isFrozen = false
    var hasEnded = false
    var reports: [LaneReport] = []

    init(
        world: World, writer: String, projector: (any Projector)? = nil,
        adjust: (inout LaneSettings) -> Void = { _ in }
    ) {
        self.world = world
        self.writer = writer
        var settings = LaneSettings(
            plan: world.plan, generation: 1, generationText: World.generationText, writer: writer)
        settings.comparesCheckpoints = world.comparesCheckpoints
        adjust(&settings)
        machine = LaneMachine(
            settings: settings, projector: projector ?? PlanProjector(plan: world.plan), seed: world.random.next())
    }

    /// What a failing seed shows of it.
    var summary: String {
        let slots = slotOf.sorted { $0.key < $1.key }.map { partition, slot in
            let it = machine.partition(slot)
            return "\(partition) in \(slot): \(it.phase) next \(it.next) reads \(positions[slot] ?? -1) "
                + "\(paused.contains(slot) ? "paused " : "")\(it.isTouched ? "touched " : "")\(it.isWatched ? "watched" : "")"
        }
        return "writer \(writer): \(machine.link) fence \(machine.fence) wants events \(machine.wantsEvents) "
            + "wanted \(machine.wanted ?? -1) commands \(machine.changes.commandCount) + \(machine.parking.commandCount) "
            + "in flight \(machine.isInFlight) held \(held ?? -1) \(slots)"
    }

    // MARK: The group

    func assign(_ partitions: [Int]) {
        let slots = machine.assigned(partitions.map { (0, Int32($0)) })
        for (partition, slot) in zip(partitions, slots) {
            slotOf[partition] = slot
            positions[slot] = nil
            endTold[slot] = nil
            paused.remove(slot)
        }
        move()
    }

    func revoke(_ partitions: [Int], lost: Bool) {
        let slots = partitions.compactMap { slotOf[$0] }
        guard !slots.isEmpty else { return }
        revocationDeadline = world.now + machine.settings.revocationTimeout
        machine.revoked(slots, lost: lost, now: world.now)
        move()
    }

    // MARK: Steps

    var isBusy: Bool { settlement != nil }
    var isInFlight: Bool { machine.isInFlight }
    var isOpen: Bool { machine.isOpen }
    var counters: LaneCounters { machine.counters }

    /// Waited-for answers have come.
    @discardableResult
    func unblock() -> Bool {
        guard let found = settlement else { return false }
        settlement = nil
        if world.isKafkaAway {
            machine.settlingFailed(found.partitions.map(\.slot), now: world.now)
        } else {
            machine.settled(found, now: world.now)
        }
        move()
        return true
    }

    /// Offers up to `count` events, of random partitions.
    func takeEvents(_ count: Int) {
        var rest = count
        while rest > 0, settlement == nil, machine.wantsEvents || machine.isAway || machine.isStopping {
            rest -= 1
            guard
                let slot = held
                    ?? positions.keys.sorted().filter({ canDeliver($0) }).randomElement(using: &world.random)
            else { break }
            held = nil
            offerNext(slot)
        }
        anchorLast()
        move()
    }

    private func canDeliver(_ slot: Int) -> Bool {
        guard let position = positions[slot], !paused.contains(slot), !world.isKafkaAway else { return false }
        return position < world.log.end(Int(machine.partition(slot).partition)) || endTold[slot] != position
    }

    private func offerNext(_ slot: Int) {
        guard let position = positions[slot] else { return }
        let partition = Int(machine.partition(slot).partition)
        var at = position
        while at < world.log.end(partition), world.log.records[partition][Int(at)] == nil { at += 1 }
        guard at < world.log.end(partition), let record = world.log.records[partition][Int(at)] else {
            positions[slot] = at
            endTold[slot] = at
            machine.reachedEnd(slot: slot, offset: at, wallClock: world.now, now: world.now)
            return
        }
        let taken = withEvent(record, slot, at) { machine, event, headers in
            machine.take(event, headers: headers, slot: slot, now: world.now)
        }
        switch taken {
        case .taken:
            positions[slot] = at + 1
            guard machine.hasPassed(at, in: slot) else { return }
            if let last, last.slot != slot { anchorLast() }
            last = (slot, at, record)
        case .later: held = slot
        }
    }

    private func anchorLast() {
        guard let (slot, offset, record) = last else { return }
        last = nil
        withEvent(record, slot, offset) { machine, event, headers in
            machine.anchor(event, headers: headers, slot: slot)
        }
    }

    private func withEvent<Result>(
        _ record: ModelLog.Record, _ slot: Int, _ offset: Int64,
        _ body: (inout LaneMachine, borrowing Event, borrowing HeaderList) -> Result
    ) -> Result {
        let headers = HeaderList()
        let (key, value) = (record.key, record.value)
        // Another log has other records: their times tell them apart.
        let time = 1_700_000_000_000 + offset + Int64(world.recreations) * 1_000_000_000
        let partition = machine.partition(slot).partition
        return body(
            &machine,
            Event(
                topic: 0, partition: partition, offset: offset, timestamp: time, key: key.span, value: value.span,
                headers: headers), headers)
    }

    /// Moves up to `count` bytes to the server.
    func write(_ count: Int) {
        guard let client, settlement == nil else { return }
        let taken = min(count, machine.output.count)
        guard taken > 0 else { return }
        client.inbox += machine.output.span(0..<taken).array
        machine.output.removeFirst(taken)
    }

    /// Moves up to `count` bytes of answers to the machine.
    func read(_ count: Int) {
        guard let client, settlement == nil else { return }
        let taken = min(count, client.outbox.count)
        guard taken > 0 else { return }
        let bytes = Array(client.outbox[0..<taken])
        client.outbox.removeFirst(taken)
        _ = unsafe reader.append(upTo: taken) { room in
            unsafe room.copyBytes(from: bytes)
            return taken
        }
        do {
            while client === self.client {
                let queued = reader.takeQueued(upTo: machine.expectedQueued)
                if queued > 0 { machine.receivedQueued(queued, now: world.now) }
                guard try reader.next(into: &reply) else { break }
                machine.received(reply, now: world.now)
                if machine.isAway { break }
            }
        } catch { world.violation("the reply could not be read: \(error)") }
        move()
    }

    /// The connection breaks; the server may have much of it still to carry out.
    func cut() {
        guard client != nil else { return }
        client = nil
        settlement = nil
        machine.disconnected("cut", now: world.now)
        move()
    }

    func move() {
        guard settlement == nil, !hasEnded else { return }
        if let deadline = revocationDeadline, world.now >= deadline {
            revocationDeadline = nil
            machine.revocationTimedOut(now: world.now)
        }
        machine.advance(now: world.now, queueIsEmpty: !(mayHaveMore && world.chance(1, in: 2)))
        perform()
        if machine.isDrained { hasEnded = true }
    }

    // MARK: Actions

    private func perform() {
        while settlement == nil, let action = machine.nextAction() {
            switch action {
            case .connect: connect()
            case .disconnect: client = nil
            case .settle(let slots): settle(slots)
            case .verify(let slot):
                machine.verified(slot, damage: world.damage(machine.touched(slot)), now: world.now)
            case .place(let placements):
                for each in placements { place(each) }
            case .pause(let slots): for slot in slots { pause(slot) }
            case .release(let slots): release(slots)
            case .commit: break
            case .resolveMissing(let slots):
                for slot in slots { machine.halt(slot, .checkpointLost, "gone") }
            case .generationChanged: hasEnded = true
            case .attend(let requests): attend(requests)
            case .deadLetter(let slot, let record): deadLetter(slot, record)
            case .report(let report): reports.append(report)
            }
        }
    }

    /// Others go on while it is produced; it may be there and not be known to be.
    private func deadLetter(_ slot: Int, _ record: ParkedRecord) {
        world.interleave()
        let isThere = world.chance(4, in: 5)
        if isThere { world.delivered.insert("\(machine.partition(slot).partition):\(record.offset)") }
        machine.deadLettered(slot, record, delivered: isThere && world.chance(4, in: 5), now: world.now)
    }

    private func place(_ placement: Placement) {
        positions[placement.slot] = placement.offset
        endTold[placement.slot] = nil
        paused.remove(placement.slot)
        if held == placement.slot { held = nil }
    }

    private func pause(_ slot: Int) {
        // librdkafka may still hand over what it had queued.
        if Int.random(in: 0..<4, using: &world.random) > 0 { paused.insert(slot) }
    }

    private func connect() {
        // The probe of a new connection sees that MULTI is refused.
        guard !world.redis.isAway, !world.redis.refusesMulti else {
            machine.connectFailed(now: world.now)
            return
        }
        let fresh = ModelClient()
        client = fresh
        world.clients.append(fresh)
        reader = ReplyReader(limits: ReplyLimits())
        machine.connected(now: world.now)
    }

    private func release(_ slots: [Int]) {
        for slot in slots {
            positions[slot] = nil
            if held == slot { held = nil }
            for (partition, its) in slotOf where its == slot { slotOf[partition] = nil }
        }
        if !machine.hasLeaving { revocationDeadline = nil }
    }

    /// Reads the checkpoint first and the parked keys after it, as the shell does; others may write in between.
    private func settle(_ slots: [Int]) {
        guard let client, client.outbox.isEmpty, !client.hasCommands, machine.output.isEmpty else {
            world.violation("settling with answers outstanding")
            return
        }
        var found = Settlement(generation: world.redis.text(world.keys.generation(1)))
        found.wallClock = world.now
        for slot in slots {
            let it = machine.partition(slot)
            let text = world.redis.text(world.keys.checkpoint(1, it.topicName, it.partition))
            world.interleave()
            var one = Settlement.Partition(
                slot: slot, checkpoint: text, low: world.log.low[Int(it.partition)],
                high: world.log.end(Int(it.partition)))
            one.tombstoneRetention = world.tombstoneRetention
            one.parked = world.parked(Int(it.partition))
            if case .hash(let fields)? = world.redis.data[world.keys.damage(1)] {
                one.damage = fields["\(it.topicName):\(it.partition)"].map { String(decoding: $0, as: UTF8.self) }
            }
            one.ledger = world.ledger(Int(it.partition))
            found.partitions.append(one)
        }
        settlement = found
    }
}
