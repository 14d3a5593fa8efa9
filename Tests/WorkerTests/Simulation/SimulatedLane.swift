import Bytes
import Formats
import Kafka
import Projections
import Redis

@testable import Worker

/// The shipped lane on the models of Kafka and Redis; it moves when the simulation says so, piece by piece.
final class SimulatedLane {
    private(set) var lane: Lane<ModelConsumer, ModelLink>
    let world: World
    let writer: String
    let kafka: ModelKafka
    let services: ModelServices
    private let wire: ModelWire
    private let plant: Plant?
    /// Whether Kafka's queue is sometimes not empty when the lane looks.
    var mayHaveMore = false
    var isFrozen = false
    /// Whether it is in the middle of something, while others move.
    private(set) var isMoving = false

    init(
        world: World, writer: String, projector: (any Projector)? = nil, plant: Plant? = nil,
        adjust: (inout LaneSettings) -> Void = { _ in }
    ) {
        self.world = world
        self.writer = writer
        var settings = LaneSettings(
            plan: world.plan, generationText: World.generationText, writer: writer)
        settings.comparesCheckpoints = world.comparesCheckpoints
        adjust(&settings)
        kafka = ModelKafka(world)
        kafka.yields = plant == .yieldingCallback
        services = ModelServices(world)
        services.looksAway = plant == .noInspection
        self.plant = plant
        wire = ModelWire(world)
        let wire = wire
        lane = Lane(
            settings: settings, projector: projector ?? JSONProjector(plan: world.plan),
            log: ModelConsumer(kafka, plant),
            connect: { (database) throws(RedisError) in try wire.open(database) }, control: LaneControl(),
            services: services,
            seed: world.random.next())
    }

    var machine: LaneMachine {
        _read { yield lane.machine }
        _modify { yield &lane.machine }
    }
    var client: ModelClient? { wire.client }
    var reports: [LaneReport] { services.reports }
    var hasEnded: Bool { lane.outcome != nil }
    var isInFlight: Bool { machine.isInFlight }
    var isOpen: Bool { machine.isOpen }
    var counters: LaneCounters { machine.counters }

    /// partition → slot
    var slotOf: [Int: Int] { lane.slots.slots(ofTopic: 0) }

    /// Whether the next event of each partition waits for an inspection that has not begun.
    var isInDoubt: Bool {
        !services.isInspecting && !machine.trust.isInspecting
            && slotOf.values.allSatisfy { slot in
                let it = machine.partition(slot)
                return !it.trust.isTrusted && it.replay?.hasSeenAnchor != true
            }
    }

    /// What a failing seed shows of it.
    var summary: String {
        let slots = slotOf.sorted { $0.key < $1.key }.map { partition, slot in
            let it = machine.partition(slot)
            return
                "\(partition) in \(slot): \(it.phase) next \(it.next) reads \(kafka.partitions[partition]?.fetched ?? -1) "
                + "\(kafka.partitions[partition]?.isPaused == true ? "paused " : "")\(it.checkpoint.isTouched ? "touched " : "")"
                + "\(it.checkpoint.isWatched ? "watched " : "")\(it.trust.isTrusted ? "" : "in doubt")"
        }
        return
            "writer \(writer): \(machine.isAway ? "away" : "connected") fence \(machine.fence) wants events \(machine.wantsEvents) "
            + "wanted \(machine.batch.slotAwaitingFence ?? -1) inspected for \(machine.trust.slotAwaiting ?? -1) "
            + "commands \(machine.batch.commandCount) "
            + "in flight \(machine.isInFlight) given \(kafka.given.sorted()) \(slots)"
    }

    // MARK: The group

    func assign(_ partitions: [Int]) {
        kafka.post(.assigned, partitions)
        takeEvents(0)
    }

    func revoke(_ partitions: [Int], lost: Bool) {
        kafka.post(lost ? .lost : .revoked, partitions)
        takeEvents(0)
    }

    // MARK: Steps

    private func moving(_ body: () -> Void) {
        guard !hasEnded, !isMoving else { return }
        isMoving = true
        body()
        isMoving = false
    }

    /// Kafka fetches up to `count` records, and the lane takes what it wants of what is there.
    func takeEvents(_ count: Int) {
        moving {
            kafka.fetch(count)
            // Where an event waits for an inspection that is answered at once, it is offered again.
            for _ in 0..<10 {
                lane.takeControl(now: world.now)
                _ = lane.takeEvents(now: world.now)
                lane.anchorLast()
                act()
                if machine.trust.slotAwaiting == nil { break }
            }
        }
    }

    /// One turn of the lane's own loop, with all that it can write and read.
    func step() {
        moving {
            (wire.writeBudget, wire.readBudget) = (.max, .max)
            _ = lane.step(now: world.now)
            (wire.writeBudget, wire.readBudget) = (0, 0)
        }
    }

    /// Moves up to `count` bytes to the server.
    func write(_ count: Int) {
        moving {
            wire.writeBudget = count
            wire.readBudget = 0
            _ = lane.exchange(now: world.now)
            wire.writeBudget = 0
        }
    }

    /// Moves up to `count` bytes of answers to the machine.
    func read(_ count: Int) {
        moving {
            wire.writeBudget = 0
            wire.readBudget = count
            _ = lane.exchange(now: world.now)
            act()
        }
    }

    /// The connection breaks; the server may have much of it still to carry out.
    func cut() {
        moving {
            guard wire.client != nil else { return }
            wire.isCut = true
            _ = lane.exchange(now: world.now)
            act()
        }
    }

    /// Kafka reports an error of the partition behind what it gave of it, and then, as librdkafka does, that there is no offset to
    /// continue from.
    func fail(_ partition: Int, _ words: String) {
        moving {
            guard let slot = lane.slots[TopicPartition(topic: 0, partition: Int32(partition))] else { return }
            machine.partitionFailed(slot: slot, reason: words)
            machine.logRefused(slot, now: world.now)
            act()
        }
    }

    /// The lane is gone from one moment to the next.
    func crash() { wire.client = nil }

    func move() { moving { act() } }

    private func act() {
        if plant == .commitInRebalance { lane.group.mayCommit = true }
        lane.takeControl(now: world.now)
        lane.act(now: world.now, emptied: !(mayHaveMore && world.chance(1, in: 2)))
        lane.keepTime(now: world.now)
    }
}
