import Bytes
import Kafka
import Projections
import Records

// What the group gives and takes, and where the consumer continues.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    func slot(_ place: TopicPartition) -> Int? {
        guard place.topic >= 0, place.topic < slotOf.count, Int(place.partition) < slotOf[place.topic].count else {
            return nil
        }
        let slot = slotOf[place.topic][Int(place.partition)]
        return slot < 0 ? nil : slot
    }

    /// The slot to which Kafka's events of a partition belong: none while its placement waits, since Kafka still reads
    /// it from where it was before.
    func readingSlot(_ place: TopicPartition) -> Int? {
        guard let slot = slot(place), delayedPlacements.isEmpty || delayedPlacements[slot] == nil else { return nil }
        return slot
    }

    func place(_ slot: Int) -> TopicPartition {
        let it = machine.partition(slot)
        return TopicPartition(topic: it.topic, partition: it.partition)
    }

    mutating func remember(_ slots: [Int]) {
        for slot in slots {
            let it = machine.partition(slot)
            while slotOf[it.topic].count <= Int(it.partition) { slotOf[it.topic].append(-1) }
            slotOf[it.topic][Int(it.partition)] = slot
        }
    }

    /// An offset that the log does not have: the checkpoint is read again and compared with the log, which says what is wrong.
    /// A right that was taken away may be given back: it is tried again.
    mutating func partitionFailed(_ slot: Int, offset: Int64, _ error: KafkaError) {
        if error.code == .offsetOutOfRange {
            machine.logRefused(slot, now: services.now())
        } else if let words = KafkaRefusal(error, machine.settings)?.words {
            refused(slot, words)
            if repeats.isDue(words, now: services.now()) {
                services.report(.kafka("\(machine.partition(slot).name) waits and will be tried again: \(words)"))
            }
            machine.logRefused(slot, now: services.now())
        } else {
            machine.partitionFailed(slot: slot, reason: error.description)
        }
    }

    /// Something failed of the whole consumer. What does not pass by itself ends the lane, whose projection is tried again
    /// less and less often.
    mutating func failed(_ error: KafkaError, now: Int64) {
        if let refusal = KafkaRefusal(error, machine.settings) {
            outcome = .refused(refusal.words)
            return
        }
        if repeats.isDue(error.description, now: now) { services.report(.kafka(error.description)) }
        machine.doubtLogs()
    }

    /// Said once: a group holds a former member's partitions until that member's session ends.
    mutating func sayWaiting(now: Int64) {
        guard let since = joiningSince, !hasJoined, now - since >= machine.settings.joinPatience else { return }
        joiningSince = nil
        services.report(
            .kafka(
                "consumer group \(machine.settings.group) has given this lane no partitions for \((now - since) / 1000) s: it "
                    + "waits for its former members. One that ended without leaving (another instance-id, fewer lanes, a "
                    + "killed worker) holds its partitions until its session.timeout.ms has passed"))
    }

    /// `status` is to say why the partition does not continue.
    mutating func refused(_ slot: Int, _ words: String) {
        guard refusals[slot] != words else { return }
        refusals[slot] = words
        noteState(slot, "refused \(words)")
    }

    /// Kafka gave something of the partition, or took what it refused before.
    mutating func wentOn(_ slot: Int) {
        guard !refusals.isEmpty, refusals.removeValue(forKey: slot) != nil else { return }
        noteState(slot, "projecting")
    }

    private mutating func noteState(_ slot: Int, _ state: String) {
        let it = machine.partition(slot)
        let about = machine.settings.keys.about
        machine.note(["HSET", about, About.state(it.topicName, it.partition), state])
    }

    mutating func rebalanced(_ rebalance: Rebalance, now: Int64) {
        switch rebalance.kind {
        case .assigned:
            mayCommit = true
            hasJoined = true
            // Answered at once, with nothing: partitions are added as soon as their checkpoints are read.
            attempt("responding to the group") { (log: inout Log) throws(KafkaError) in
                if rebalance.isCooperative { try log.incrementalAssign([]) } else { try log.assign([]) }
            }
            // One that is this lane's again and still read is silent until it is placed.
            let stillRead = rebalance.partitions.filter { log.isReading($0) }
            attempt("pausing partitions") { (log: inout Log) throws(KafkaError) in try log.pause(stillRead) }
            remember(machine.assigned(rebalance.partitions.map { ($0.topic, $0.partition) }))
            services.report(.assigned(rebalance.partitions.map { name($0) }))
        case .revoked, .lost:
            let isLost = rebalance.kind == .lost
            let slots = rebalance.partitions.compactMap { slot($0) }
            services.report(.revoked(rebalance.partitions.map { name($0) }, lost: isLost))
            // librdkafka 2.0.2 gives up the whole assignment if a commit comes between a revocation and its sequel.
            mayCommit = false
            // An eager member is given all of its partitions again.
            hasJoined = rebalance.isCooperative
            revocation = Revocation(
                rebalance, slots: Set(slots), deadline: now + machine.settings.revocationTimeout)
            if slots.isEmpty { answerRevocation() }
            machine.revoked(slots, lost: isLost, now: now)
        }
    }

    func name(_ place: TopicPartition) -> String {
        "\(machine.settings.plan.topics[place.topic].name)-\(place.partition)"
    }

    mutating func watchRevocation(now: Int64) {
        guard let revocation, now >= revocation.deadline else { return }
        machine.revocationTimedOut(now: now)
        perform(now: now)
    }

    /// The machine has released these: nothing of them is folded any more. Kafka has them back when all are free.
    mutating func released(_ slots: [Int]) {
        for slot in slots {
            let place = place(slot)
            if self.slot(place) == slot { slotOf[place.topic][Int(place.partition)] = -1 }
            dropHeld(of: place)
            commits[slot] = nil
            refusals[slot] = nil
            delayedPlacements[slot] = nil
        }
        machine.released(slots)
        guard revocation != nil else { return }
        revocation?.slots.subtract(slots)
        if revocation?.slots.isEmpty == true { answerRevocation() }
    }

    /// One answer for the whole revocation: librdkafka takes each change of the assignment for it.
    private mutating func answerRevocation() {
        guard let done = revocation.take() else { return }
        // One of them may be this lane's again: a change of the assignment before the lane knew of the revocation was its
        // answer.
        let gone = done.partitions.filter { slot($0) == nil }
        attempt("giving up partitions") { (log: inout Log) throws(KafkaError) in
            if done.isCooperative { try log.incrementalUnassign(gone) } else { try log.assign([]) }
        }
        guard !delayedPlacements.isEmpty else { return }
        let delayed = delayedPlacements.map { Placement(slot: $0.key, offset: $0.value) }.sorted { $0.slot < $1.slot }
        delayedPlacements.removeAll()
        placeInKafka(delayed, now: services.now())
    }

    /// A record that waits to be offered again goes only with its own partition, which is then read again or no more.
    private mutating func dropHeld(of place: TopicPartition) {
        guard let record = held.take() else { return }
        if TopicPartition(topic: record.topic, partition: record.partition) != place { held = consume record }
    }

    mutating func placeInKafka(_ placements: [Placement], now: Int64) {
        guard revocation == nil else {
            for placement in placements { delayedPlacements[placement.slot] = placement.offset }
            return
        }
        let positions = placements.map { Position(place($0.slot), offset: $0.offset) }
        for position in positions { dropHeld(of: position.partition) }
        do throws(KafkaError) {
            try log.place(positions)
        } catch {
            services.report(.kafka("continuing from the checkpoints: \(error)"))
            if error.isFatal { outcome = .failed(error.description) }
            // An eager member's others may have gone with them.
            let silent = machine.slots.filter { slot in
                machine.reads(slot) && !log.isReading(place(slot)) || placements.contains { $0.slot == slot }
            }
            machine.placementFailed(silent, now: now)
        }
    }

    /// For Kafka's lag tools only, once a second, and never in the middle of a rebalance.
    mutating func flushCommits() {
        guard isGroupMember, mayCommit, !commits.isEmpty else { return }
        log.commit(commits.map { Position(place($0.key), offset: $0.value) })
        commits.removeAll(keepingCapacity: true)
    }

    mutating func attempt(_ what: String, _ body: (inout Log) throws(KafkaError) -> Void) {
        do { try body(&log) } catch {
            services.report(.kafka("\(what): \(error)"))
            if error.isFatal { outcome = .failed(error.description) }
        }
    }
}

/// Partitions that the group wants back, until this lane has let go of all of them.
struct Revocation {
    let partitions: [TopicPartition]
    let isCooperative: Bool
    let deadline: Int64
    /// Those that the lane has not let go of.
    var slots: Set<Int>

    init(_ rebalance: Rebalance, slots: Set<Int>, deadline: Int64) {
        partitions = rebalance.partitions
        isCooperative = rebalance.isCooperative
        self.deadline = deadline
        self.slots = slots
    }
}
