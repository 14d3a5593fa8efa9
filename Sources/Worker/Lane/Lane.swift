import Bytes
import Glibc
public import Kafka
public import Projections
public import Redis

/// The thin loop around a lane's machine: one thread, one consumer, one Redis connection, one `poll(2)`.
///
/// Used by one thread from `run` to its end. While Redis is away partitions are paused and Kafka is polled only to stay a
/// member of the group.
public struct Lane: ~Copyable {
    var machine: LaneMachine
    var consumer: Consumer
    var connection: RedisConnection?
    let redis: RedisOptions
    let control: LaneControl
    let services: any LaneServices
    let isGroupMember: Bool
    var reply = Reply()
    let headers = RecordHeaders()
    var held: Message?
    /// The event that was taken last, of the partition in `lastSlot`.
    var last: Message?
    var lastSlot = -1
    /// topic → partition → slot; −1 is none of ours.
    var slotOf: [[Int]]
    /// Partitions in the consumer's assignment.
    var assignedSlots: Set<Int> = []
    var revocation: Revocation?
    var commits: [Int: Int64] = [:]
    var nextCommit: Int64 = 0
    var outcome: LaneOutcome?

    struct Revocation {
        var slots: Set<Int>
        var isCooperative: Bool
        var deadline: Int64
    }

    public init(
        settings: LaneSettings, projector: any Projector, consumer: consuming Consumer, redis: RedisOptions,
        control: LaneControl, services: any LaneServices, seed: UInt64
    ) {
        machine = LaneMachine(settings: settings, projector: projector, seed: seed)
        self.consumer = consumer
        self.redis = redis
        self.control = control
        self.services = services
        isGroupMember = !settings.hasFixedPartitions
        slotOf = settings.plan.topics.map { _ in [] }
    }

    /// Monotonic milliseconds.
    static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Runs until told to stop, or until the generation changes under it.
    public mutating func run(fixed: [(topic: Int, partition: Int32)]? = nil) -> LaneOutcome {
        if let fixed {
            remember(machine.assigned(fixed))
        } else {
            attempt("joining the consumer group") { (consumer: inout Consumer) throws(KafkaError) in
                try consumer.subscribe()
            }
        }
        while outcome == nil {
            step()
        }
        flushCommits()
        control.publish(machine, now: .max)
        held = nil
        last = nil
        connection = nil
        _ = consumer.close(deadlineMilliseconds: 3_000)
        return outcome ?? .stopped
    }

    private mutating func step() {
        var now = Self.now()
        if control.isStopRequested, !machine.isStopping { machine.stop(now: now) }
        let emptied = takeEvents(now: now)
        anchorLast()
        now = Self.now()
        machine.advance(now: now, queueIsEmpty: emptied)
        perform(now: now)
        let exchanged = exchange(now: now)
        if exchanged {
            machine.advance(now: now, queueIsEmpty: emptied)
            perform(now: now)
            _ = exchange(now: now)
        }
        watchRevocation(now: now)
        if now >= nextCommit { flushCommits() }
        control.publish(machine, now: now)
        if machine.isDrained { outcome = outcome ?? .stopped }
        if outcome == nil, !exchanged, emptied || !machine.wantsEvents && !machine.isAway { sleep(now: now) }
    }

    // MARK: Kafka

    /// Offers what Kafka has to the machine, at most a slice; answers whether the queue was emptied.
    private mutating func takeEvents(now: Int64) -> Bool {
        if let message = held.take() {
            guard offer(message, now: now) else { return false }
        }
        var budget = 256
        while budget > 0 {
            // Messages are left in the queue while the machine has no use for them, but never while Redis is away.
            guard machine.wantsEvents || machine.isAway || machine.isStopping else { return false }
            budget -= 1
            switch consumer.poll() {
            case .none: return true
            case .message(let message):
                guard offer(message, now: now) else { return false }
            case .end(let place, let offset):
                if let slot = slot(place) {
                    machine.reachedEnd(slot: slot, offset: offset, wallClock: Self.wallClock(), now: now)
                }
            case .partitionError(let place, let offset, let error):
                if let slot = slot(place) { partitionFailed(slot, offset: offset, error) }
            case .rebalance(let rebalance): rebalanced(rebalance, now: now)
            case .error(let error): services.report(.kafka(error.description))
            case .fatal(let error): outcome = .failed(error.description)
            }
        }
        return false
    }

    /// Answers false where the message must be offered again.
    private mutating func offer(_ message: consuming Message, now: Int64) -> Bool {
        let partition = Int(message.partition)
        guard message.topic >= 0, message.topic < slotOf.count, partition < slotOf[message.topic].count else {
            return true
        }
        let slot = slotOf[message.topic][partition]
        guard slot >= 0 else { return true }
        let taken = withEvent(message) { machine, event, headers in
            machine.take(event, headers: headers, slot: slot, now: now)
        }
        if case .later = taken {
            held = consume message
            return false
        }
        // One that halted its partition, say, was not passed: the one before it stays the last.
        guard machine.hasPassed(message.offset, in: slot) else { return true }
        if slot != lastSlot { anchorLast() }
        last = consume message
        lastSlot = slot
        return true
    }

    /// The last event of a run is what its partition's checkpoint is anchored at.
    private mutating func anchorLast() {
        guard let message = last.take() else { return }
        let slot = lastSlot
        withEvent(message) { machine, event, headers in machine.anchor(event, headers: headers, slot: slot) }
    }

    @inline(__always)
    private mutating func withEvent<Result>(
        _ message: borrowing Message,
        _ body: (inout LaneMachine, borrowing Event, borrowing HeaderList) -> Result
    ) -> Result {
        let headers = headers
        unsafe headers.enter(message)
        let result = body(
            &machine,
            Event(
                topic: message.topic, partition: message.partition, offset: message.offset,
                timestamp: message.timestamp, key: message.key, value: message.value, headers: headers),
            headers)
        headers.leave()
        return result
    }

    static func wallClock() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: Redis

    /// Writes what the socket takes, hands the replies to the machine; answers whether any reply came.
    private mutating func exchange(now: Int64) -> Bool {
        guard connection != nil else { return false }
        var any = false
        do {
            let count = machine.output.count
            if count > 0 {
                let taken = try Self.write(machine.output, to: &connection)
                machine.output.removeFirst(taken)
            } else if connection?.hasPendingOutput == true {
                try connection?.flush()
            }
            while try connection?.receive() == true {
                while try takeReply(now: now) {
                    any = true
                    if machine.isAway { return true }
                }
            }
        } catch {
            connection = nil
            machine.disconnected(error.message, now: now)
            return true
        }
        return any
    }

    /// Hands the machine the next reply, or a run of `QUEUED`; false where none is there.
    private mutating func takeReply(now: Int64) throws(RedisError) -> Bool {
        let expected = machine.expectedQueued
        if expected > 0, let queued = connection?.takeQueued(upTo: expected), queued > 0 {
            machine.receivedQueued(queued, now: now)
            return true
        }
        guard try connection?.nextReply(&reply) == true else { return false }
        machine.received(reply, now: now)
        return true
    }

    private static func write(
        _ bytes: borrowing ByteBuffer, to connection: inout RedisConnection?
    ) throws(RedisError) -> Int {
        try connection?.write(bytes.span) ?? 0
    }

    mutating func perform(now: Int64) {
        while let action = machine.nextAction() {
            switch action {
            case .connect: connect()
            case .disconnect: connection = nil
            case .settle(let slots): settle(slots)
            case .verify(let slot): verify(slot)
            case .place(let placements): placeInKafka(placements)
            case .pause(let slots):
                let placed = slots.filter { assignedSlots.contains($0) }
                let places = placed.map { place($0) }
                attempt("pausing partitions") { (consumer: inout Consumer) throws(KafkaError) in
                    try consumer.pause(places)
                }
            case .release(let slots): released(slots)
            case .commit(let placements): for each in placements { commits[each.slot] = each.offset }
            case .resolveMissing(let slots): resolveMissing(slots)
            case .generationChanged(let found): outcome = .generationChanged(found.map { readableText($0) })
            case .attend(let requests): attend(requests)
            case .deadLetter(let slot, let record):
                let delivered = services.deadLetter(machine.partition(slot), record)
                machine.deadLettered(slot, record, delivered: delivered, now: Self.now())
            case .report(let report): reported(report)
            }
        }
    }

    private mutating func connect() {
        do {
            connection = try RedisConnection.open(redis, interrupt: nil)
            machine.connected(now: Self.now())
        } catch {
            services.report(.redis(error.message))
            machine.connectFailed(now: Self.now())
        }
    }

    private mutating func reported(_ report: LaneReport) {
        let name: String? =
            switch report {
            case .started(let slot, _), .rewound(let slot, _), .halted(let slot, _), .unverified(let slot, _, _),
                .parked(let slot, _, _), .skipped(let slot, _, _), .settledUnknown(let slot, _):
                machine.partition(slot).name
            case .fenced(let slot, _): slot.map { machine.partition($0).name }
            case .refused, .connectionLost, .connected: nil
            }
        leaveForStatus(report)
        services.report(.lane(report, partition: name))
    }

    /// What `status` shows of a partition stands in the generation's `about`, which no fence watches.
    private mutating func leaveForStatus(_ report: LaneReport) {
        let about = machine.settings.keys.about(machine.settings.generation)
        func field(_ kind: String, _ slot: Int) -> String {
            let it = machine.partition(slot)
            return "\(kind):\(it.topicName):\(it.partition)"
        }
        switch report {
        case .started(let slot, _): machine.note(["HSET", about, field("state", slot), "projecting"])
        case .halted(let slot, let reason):
            machine.note(["HSET", about, field("state", slot), "halted \(reason.code.rawValue): \(reason.message)"])
        case .rewound(let slot, _): machine.note(["HINCRBY", about, field("rewinds", slot), "1"])
        default: break
        }
    }

    // MARK: Waiting

    private mutating func sleep(now: Int64) {
        let timeout = max(0, min(machine.deadline(now: now), nextCommit, revocation?.deadline ?? .max) - now)
        let listensToKafka = machine.wantsEvents || machine.isAway || machine.isStopping
        let redisEvents =
            Int16(POLLIN) | (machine.output.isEmpty && connection?.hasPendingOutput != true ? 0 : Int16(POLLOUT))
        var descriptors = [
            pollfd(fd: control.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listensToKafka ? consumer.wakeDescriptor : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection?.descriptor ?? -1, events: redisEvents, revents: 0),
        ]
        _ = unsafe Glibc.poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: timeout))
        if descriptors[0].revents != 0 { control.clear() }
        if descriptors[1].revents != 0 { consumer.clearWake() }
    }
}

extension LanePartition {
    var isReplaying: Bool { phase == .replaying }
}

/// How a lane ended.
public enum LaneOutcome: Sendable, Equatable {
    case stopped
    /// The generation key holds something else now; nil: it is gone.
    case generationChanged(String?)
    case failed(String)
}
