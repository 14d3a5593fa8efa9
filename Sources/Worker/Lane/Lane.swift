import Bytes
import Glibc
import Kafka
public import Projections
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
    private let connect: (_ database: Int) throws(RedisError) -> Link
    let control: LaneControl
    let services: any LaneServices
    var reply = Reply()
    let headers = RecordHeaders<Log.Record.Headers>()
    var cursor = RecordCursor<Log.Record>()
    var slots: SlotMap
    var group: GroupSeat
    var repeats = RepeatedWords()
    var clock = LaneClock()
    var retryPace = RetryPace()
    var outcome: LaneOutcome?

    public init(
        settings: LaneSettings, projector: any Projector, log: consuming Log,
        connect: @escaping (_ database: Int) throws(RedisError) -> Link, control: LaneControl,
        services: any LaneServices,
        seed: UInt64
    ) {
        machine = LaneMachine(settings: settings, projector: projector, seed: seed)
        self.log = log
        self.connect = connect
        self.control = control
        self.services = services
        slots = SlotMap(topics: settings.plan.topics.count)
        group = GroupSeat(isMember: !settings.hasFixedPartitions)
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
    var settings: LaneSettings { machine.settings }

    package mutating func start(fixed: [(topic: Int, partition: Int32)]?) {
        machine.setWallOffset(services.wallOffset())
        if let fixed {
            group.hasJoined = true
            remember(machine.assigned(fixed))
        } else {
            group.joiningSince = services.now()
            attempt("joining the consumer group") { (log: inout Log) throws(KafkaError) in try log.subscribe() }
        }
    }

    private mutating func finish() -> LaneOutcome {
        flushCommits()
        control.publish(machine, group, clock.times, now: .max)
        cursor.held = nil
        cursor.last = nil
        link = nil
        _ = log.close(deadlineMilliseconds: 3_000)
        return outcome ?? .stopped
    }

    /// Does what can be done now; returns whether there is nothing more to do before something comes.
    package mutating func step(now: Int64) -> Bool {
        clock.turn(to: .fold, now: now)
        takeControl(now: now)
        let emptied = takeEvents(now: now)
        anchorLast()
        let now = services.now()
        clock.turn(to: .redis, now: now)
        act(now: now, emptied: emptied)
        let exchanged = exchange(now: now)
        if exchanged {
            // What was done meanwhile may have taken long.
            let now = services.now()
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
        if news.hasOtherSchemas { machine.schemasChanged(now: now) }
        if let ceilings = news.ceilings {
            machine.setCeilings(ceilings)
            // Before an event is taken that was read ahead of a partition's new place.
            perform(now: now)
        }
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
        if now >= clock.nextSecond { passSecond(now: now) }
        control.publish(machine, group, clock.times, now: now)
        if machine.isDrained { outcome = outcome ?? .stopped }
    }

    private mutating func passSecond(now: Int64) {
        sayWaiting(now: now)
        clock.nextSecond = now + 1_000
        machine.setWallOffset(services.wallOffset())
        flushCommits()
        if let statistics = log.takeStatistics() { control.publish(statistics: statistics) }
        for line in log.takeLogLines() { services.report(.kafkaLog(line)) }
    }

    mutating func perform(now: Int64) {
        while let action = machine.nextAction() {
            let wait = LaneWait(action)
            let began = wait == nil ? now : services.now()
            if let wait { control.wait(for: wait) }
            defer {
                if wait != nil {
                    control.wait(for: nil)
                    machine.waitedElsewhere(services.now() - began)
                }
            }
            switch action {
            case .connect: openLink()
            case .disconnect: link = nil
            case .readCheckpoints(let slots): readCheckpoints(slots)
            case .checkRows(let slot): checkRows(slot)
            case .place(let placements): placeInKafka(placements, now: now)
            case .pause(let slots): pause(slots)
            case .release(let slots): released(slots)
            case .commit(let placements): for each in placements { group.commits[each.slot] = each.offset }
            case .resolveMissing(let slots): resolveMissing(slots)
            case .locateGeneration(let found): locateGeneration(found)
            case .liftDrain(let record): liftDrain(record)
            case .generationChanged(let found): outcome = .generationChanged(found.map { readableText($0) })
            case .writeDamage(let writes): writeDamage(writes)
            case .askEnds(let slots): askEnds(slots)
            case .carryOut(let requests): carryOut(requests)
            case .inspect(let inspection): services.inspect(inspection, for: control)
            case .deadLetter(let slot, let record):
                let outcome = services.deadLetter(machine.partition(slot).identity, record)
                machine.deadLettered(slot, record, outcome, now: services.now())
            case .report(.requestsUnread(let words)) where !repeats.isDue(words, now: now): break
            case .report(let report): services.report(.lane(report, partition: name(of: report)))
            }
        }
    }

    private mutating func openLink() {
        do {
            link = try connect(settings.database)
            machine.connected(now: services.now())
        } catch {
            services.report(.redis(error.message))
            machine.connectFailed(now: services.now())
        }
    }

    private func name(of report: LaneReport) -> String? {
        switch report {
        case .started(let slot, _), .rewound(let slot, _), .halted(let slot, _), .unverified(let slot, _, _),
            .parked(let slot, _, _), .skipped(let slot, _, _), .outcomeResolved(let slot, _),
            .uninspected(let slot, _), .decisionIgnored(let slot, _):
            machine.partition(slot).name
        case .fenced(let slot, _): slot.map { machine.partition($0).name }
        case .refused, .connectionLost, .connected, .requestsUnread, .standing, .resumed, .moved: nil
        }
    }

    // MARK: Waiting

    package mutating func sleep(now: Int64) {
        let began = services.now()
        clock.turn(to: machine.phaseAsleep, now: began)
        let wake = min(machine.deadline(now: now), clock.nextSecond, group.revocation?.deadline ?? .max)
        let listensToKafka = machine.wantsEvents || machine.isAway || machine.isStopping
        let writes = machine.hasOutput || link?.hasPendingOutput == true
        var descriptors = [
            pollfd(fd: control.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listensToKafka ? log.wakeDescriptor : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: link?.descriptor ?? -1, events: Int16(POLLIN) | (writes ? Int16(POLLOUT) : 0), revents: 0),
        ]
        _ = unsafe Glibc.poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: max(0, wake - now)))
        if descriptors[0].revents != 0 { control.clear() }
        if descriptors[1].revents != 0 { log.clearWake() }
    }
}
