import Bytes
import Glibc
import Kafka
public import Projections
import Records
public import Redis

/// The thin loop around a lane's machine: one thread, one event log, one link to Redis, one `poll(2)`.
///
/// Used by one thread from `run` to its end. While Redis is away partitions are paused and Kafka is polled only to stay
/// a member of the group. Generic over its ports, so that the simulation runs this very code on models.
public struct Lane<Log: EventLog & ~Copyable, Link: RedisLink & ~Copyable>: ~Copyable {
    var machine: LaneMachine
    var log: Log
    var link: Link?
    /// Opens a link that may be used, or says why there is none.
    let connect: () throws(RedisError) -> Link
    let control: LaneControl
    let services: any LaneServices
    let isGroupMember: Bool
    var reply = Reply()
    let headers = RecordHeaders<Log.Record.Headers>()
    /// A record that the machine could not take yet.
    var held: Log.Record?
    /// The record that was taken last, of the partition in `lastSlot`.
    var last: Log.Record?
    var lastSlot = -1
    /// topic → partition → slot; −1: not one of ours.
    var slotOf: [[Int]]
    var revocation: Revocation?
    /// slot → where to place it once the group has its answer.
    var delayedPlacements: [Int: Int64] = [:]
    var commits: [Int: Int64] = [:]
    var mayCommit = true
    /// Whether it knows which partitions are its own.
    var hasJoined = false
    /// Since when the group has given nothing; nil before it was asked, and once it was said.
    var joiningSince: Int64?
    /// slot → why it does not continue although nothing has halted it, until it does.
    var refusals: [Int: String] = [:]
    var repeats = RepeatedWords()
    var nextSecond: Int64 = 0
    /// So many events are in the next slice of a retry.
    var retryLimit = 200
    /// So many were in the last one.
    var lastSlice = 0
    var outcome: LaneOutcome?

    public init(
        settings: LaneSettings, projector: any Projector, log: consuming Log,
        connect: @escaping () throws(RedisError) -> Link, control: LaneControl, services: any LaneServices,
        seed: UInt64
    ) {
        machine = LaneMachine(settings: settings, projector: projector, seed: seed)
        self.log = log
        self.connect = connect
        self.control = control
        self.services = services
        isGroupMember = !settings.hasFixedPartitions
        slotOf = settings.plan.topics.map { _ in [] }
    }

    /// Runs until told to stop, or until the generation changes under it.
    public mutating func run(fixed: [(topic: Int, partition: Int32)]? = nil) -> LaneOutcome {
        start(fixed: fixed)
        while outcome == nil {
            let now = services.now()
            if step(now: now) { sleep(now: now) }
        }
        return finish()
    }

    /// Whether nothing is folded or in flight.
    package var isQuiet: Bool { machine.isQuiet }
    package var counters: LaneCounters { machine.counters }

    package mutating func start(fixed: [(topic: Int, partition: Int32)]?) {
        if let fixed {
            hasJoined = true
            remember(machine.assigned(fixed))
        } else {
            joiningSince = services.now()
            attempt("joining the consumer group") { (log: inout Log) throws(KafkaError) in try log.subscribe() }
        }
    }

    private mutating func finish() -> LaneOutcome {
        flushCommits()
        control.publish(machine, hasJoined: hasJoined, now: .max)
        held = nil
        last = nil
        link = nil
        _ = log.close(deadlineMilliseconds: 3_000)
        return outcome ?? .stopped
    }

    /// Does what can be done now; returns whether there is nothing more to do before something comes.
    package mutating func step(now: Int64) -> Bool {
        takeControl(now: now)
        let emptied = takeEvents(now: now)
        anchorLast()
        let now = services.now()
        act(now: now, emptied: emptied)
        let exchanged = exchange(now: now)
        if exchanged {
            act(now: now, emptied: emptied)
            _ = exchange(now: now)
        }
        keepTime(now: now)
        return outcome == nil && !exchanged && (emptied || !machine.wantsEvents && !machine.isAway)
    }

    /// What other threads ask, and what they found out.
    mutating func takeControl(now: Int64) {
        let news = control.take()
        if news.isStopRequested, !machine.isStopping { machine.stop(now: now) }
        for findings in news.findings { machine.inspected(findings, now: now) }
        guard !news.added.isEmpty, !machine.isStopping else { return }
        remember(machine.assigned(news.added))
        services.report(.assigned(news.added.map { name(TopicPartition(topic: $0.topic, partition: $0.partition)) }))
    }

    mutating func act(now: Int64, emptied: Bool) {
        machine.advance(now: now, queueIsEmpty: emptied)
        perform(now: now)
    }

    mutating func keepTime(now: Int64) {
        watchRevocation(now: now)
        if now >= nextSecond { passSecond(now: now) }
        control.publish(machine, hasJoined: hasJoined, now: now)
        if machine.isDrained { outcome = outcome ?? .stopped }
    }

    private mutating func passSecond(now: Int64) {
        sayWaiting(now: now)
        nextSecond = now + 1_000
        flushCommits()
        for line in log.takeLogLines() { services.report(.kafkaLog(line)) }
    }

    // MARK: Kafka

    /// Offers what Kafka has to the machine, at most a slice; returns whether the queue was emptied.
    mutating func takeEvents(now: Int64) -> Bool {
        if let record = held.take() {
            guard offer(record, now: now) else { return false }
        }
        var budget = 256
        while budget > 0 {
            // Messages are left in the queue while the machine has no use for them, but never while Redis is away.
            guard machine.wantsEvents || machine.isAway || machine.isStopping else { return false }
            budget -= 1
            switch log.poll() {
            case .none: return true
            case .record(let record):
                guard offer(record, now: now) else { return false }
            case .end(let place, let offset):
                if let slot = readingSlot(place) {
                    machine.reachedEnd(slot: slot, offset: offset, now: now)
                    wentOn(slot)
                }
            case .partitionError(let place, let offset, let error):
                if let slot = readingSlot(place) { partitionFailed(slot, offset: offset, error) }
            case .rebalance(let rebalance): rebalanced(rebalance, now: now)
            case .error(let error): failed(error, now: now)
            case .fatal(let error): outcome = .failed(error.description)
            }
        }
        return false
    }

    /// Returns false if the record must be offered again.
    private mutating func offer(_ record: consuming Log.Record, now: Int64) -> Bool {
        let partition = Int(record.partition)
        guard record.topic >= 0, record.topic < slotOf.count, partition < slotOf[record.topic].count else {
            return true
        }
        let slot = slotOf[record.topic][partition]
        guard slot >= 0, delayedPlacements.isEmpty || delayedPlacements[slot] == nil else { return true }
        let taken = withEvent(record) { machine, event, headers in
            machine.take(event, headers: headers, slot: slot, now: now)
        }
        if case .later = taken {
            held = consume record
            return false
        }
        // One that halted its partition, say, was not passed: the one before it stays the last.
        guard machine.hasPassed(record.offset, in: slot) else { return true }
        wentOn(slot)
        if slot != lastSlot { anchorLast() }
        last = consume record
        lastSlot = slot
        return true
    }

    /// The last event of a run is what its partition's checkpoint is anchored at.
    mutating func anchorLast() {
        guard let record = last.take() else { return }
        let slot = lastSlot
        withEvent(record) { machine, event, headers in machine.anchor(event, headers: headers, slot: slot) }
    }

    @inline(__always)
    private mutating func withEvent<Result>(
        _ record: borrowing Log.Record,
        _ body: (inout LaneMachine, borrowing Event, borrowing HeaderList) -> Result
    ) -> Result {
        let headers = headers
        unsafe headers.enter(record.headerSource)
        let result = body(
            &machine,
            Event(
                topic: record.topic, partition: record.partition, offset: record.offset,
                timestamp: record.timestamp, key: record.key, value: record.value, headers: headers),
            headers)
        headers.leave()
        return result
    }

    // MARK: Redis

    /// Writes what the socket takes, gives the replies to the machine; returns whether any reply came.
    mutating func exchange(now: Int64) -> Bool {
        guard link != nil else { return false }
        var any = false
        do {
            let count = machine.output.count
            if count > 0 {
                let taken = try Self.write(machine.output, to: &link)
                machine.output.removeFirst(taken)
            } else if link?.hasPendingOutput == true {
                try link?.flush()
            }
            while try link?.receive() == true {
                while try takeReply(now: now) {
                    any = true
                    if machine.isAway { return true }
                }
            }
        } catch {
            link = nil
            machine.disconnected(error.message, now: now)
            return true
        }
        return any
    }

    /// Gives the machine the next reply, or a run of `QUEUED`; false if there is none.
    private mutating func takeReply(now: Int64) throws(RedisError) -> Bool {
        let expected = machine.expectedQueued
        if expected > 0, let queued = link?.takeQueued(upTo: expected), queued > 0 {
            machine.receivedQueued(queued, now: now)
            return true
        }
        guard try link?.nextReply(&reply) == true else { return false }
        machine.received(reply, now: now)
        return true
    }

    private static func write(
        _ bytes: borrowing ByteBuffer, to link: inout Link?
    ) throws(RedisError) -> Int {
        try link?.write(bytes.span) ?? 0
    }

    mutating func perform(now: Int64) {
        while let action = machine.nextAction() {
            switch action {
            case .connect: openLink()
            case .disconnect: link = nil
            case .settle(let slots): settle(slots)
            case .verify(let slot): verify(slot)
            case .place(let placements): placeInKafka(placements, now: now)
            case .pause(let slots):
                for slot in slots { delayedPlacements[slot] = nil }
                let places = slots.map { place($0) }
                attempt("pausing partitions") { (log: inout Log) throws(KafkaError) in try log.pause(places) }
            case .release(let slots): released(slots)
            case .commit(let placements): for each in placements { commits[each.slot] = each.offset }
            case .resolveMissing(let slots): resolveMissing(slots)
            case .generationChanged(let found): outcome = .generationChanged(found.map { readableText($0) })
            case .writeDamage(let writes): writeDamage(writes)
            case .askEnds(let slots): askEnds(slots)
            case .attend(let requests): attend(requests)
            case .inspect(let inspection): services.inspect(inspection, for: control)
            case .deadLetter(let slot, let record):
                let outcome = services.deadLetter(machine.partition(slot), record)
                if case .failed(let words) = outcome { refused(slot, words) } else { wentOn(slot) }
                machine.deadLettered(slot, record, outcome, now: services.now())
            case .report(let report): reported(report)
            }
        }
    }

    private mutating func openLink() {
        do {
            link = try connect()
            machine.connected(now: services.now())
        } catch {
            services.report(.redis(error.message))
            machine.connectFailed(now: services.now())
        }
    }

    private mutating func reported(_ report: LaneReport) {
        let name: String? =
            switch report {
            case .started(let slot, _), .rewound(let slot, _), .halted(let slot, _), .unverified(let slot, _, _),
                .parked(let slot, _, _), .skipped(let slot, _, _), .settledUnknown(let slot, _),
                .uninspected(let slot, _), .decisionIgnored(let slot, _):
                machine.partition(slot).name
            case .fenced(let slot, _): slot.map { machine.partition($0).name }
            case .refused, .connectionLost, .connected: nil
            }
        leaveForStatus(report)
        services.report(.lane(report, partition: name))
    }

    /// What `status` shows of a partition is in the generation's `about`, which no fence watches.
    private mutating func leaveForStatus(_ report: LaneReport) {
        let about = machine.settings.keys.about
        func field(_ kind: String, _ slot: Int) -> String {
            let it = machine.partition(slot)
            return "\(kind):\(it.topicName):\(it.partition)"
        }
        switch report {
        case .started(let slot, _):
            let state = refusals[slot].map { "refused \($0)" } ?? "projecting"
            machine.note(["HSET", about, field("state", slot), state])
        case .halted(let slot, let reason):
            machine.note(["HSET", about, field("state", slot), "halted \(reason.code.rawValue): \(reason.message)"])
        case .rewound(let slot, _): machine.note(["HINCRBY", about, field("rewinds", slot), "1"])
        default: break
        }
    }

    // MARK: Waiting

    package mutating func sleep(now: Int64) {
        let timeout = max(0, min(machine.deadline(now: now), nextSecond, revocation?.deadline ?? .max) - now)
        let listensToKafka = machine.wantsEvents || machine.isAway || machine.isStopping
        let redisEvents =
            Int16(POLLIN) | (machine.output.isEmpty && link?.hasPendingOutput != true ? 0 : Int16(POLLOUT))
        var descriptors = [
            pollfd(fd: control.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listensToKafka ? log.wakeDescriptor : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: link?.descriptor ?? -1, events: redisEvents, revents: 0),
        ]
        _ = unsafe Glibc.poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: timeout))
        if descriptors[0].revents != 0 { control.clear() }
        if descriptors[1].revents != 0 { log.clearWake() }
    }
}

/// How a lane ended.
public enum LaneOutcome: Sendable, Equatable {
    case stopped
    /// The generation key holds something else now; nil: it is gone.
    case generationChanged(String?)
    /// Kafka refuses what does not pass by itself: someone has to act, and then it can be tried again.
    case refused(String)
    case failed(String)
}
