import Kafka
import Projections

// What the group gives and takes, and where the consumer continues.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    func place(_ slot: Int) -> TopicPartition {
        let identity = machine.table[slot].identity
        return TopicPartition(topic: identity.topic, partition: identity.partition)
    }

    func name(_ place: TopicPartition) -> String { "\(settings.plan.topics[place.topic].name)-\(place.partition)" }

    mutating func remember(_ slots: [Int]) {
        for slot in slots { self.slots.set(slot, place(slot)) }
    }

    /// Said once: a group holds a former member's partitions until that member's session ends.
    mutating func sayWaiting(now: Int64) {
        guard let since = group.joiningSince, !group.hasJoined, now - since >= settings.joinPatience else { return }
        group.joiningSince = nil
        services.report(
            .kafka(
                "consumer group \(settings.group) has given this lane no partitions for \((now - since) / 1000) s: it "
                    + "waits for its former members. One that ended without leaving (another instance-id, fewer lanes, a "
                    + "killed worker) holds its partitions until its session.timeout.ms has passed"))
    }

    mutating func rebalanced(_ rebalance: Rebalance, now: Int64) {
        group.countRebalance()
        switch rebalance.kind {
        case .assigned:
            group.mayCommit = true
            group.hasJoined = true
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
            let slots = rebalance.partitions.compactMap { self.slots[$0] }
            services.report(.revoked(rebalance.partitions.map { name($0) }, lost: isLost))
            // librdkafka 2.0.2 gives up the whole assignment if a commit comes between a revocation and its sequel.
            group.mayCommit = false
            // An eager member is given all of its partitions again.
            group.hasJoined = rebalance.isCooperative
            group.revocation = Revocation(
                rebalance, slots: Set(slots), deadline: now + settings.revocationTimeout)
            if slots.isEmpty { answerRevocation() }
            machine.revoked(slots, lost: isLost, now: now)
        }
    }

    mutating func watchRevocation(now: Int64) {
        guard let revocation = group.revocation, now >= revocation.deadline else { return }
        machine.revocationTimedOut(now: now)
        perform(now: now)
    }

    /// The machine has released these: nothing of them is folded any more. Kafka has them back when all are free.
    mutating func released(_ slots: [Int]) {
        for slot in slots {
            let place = place(slot)
            self.slots.remove(slot, place)
            cursor.dropHeld(of: place)
            group.forget(slot)
        }
        machine.released(slots)
        group.revocation?.slots.subtract(slots)
        if group.revocation?.slots.isEmpty == true { answerRevocation() }
    }

    /// One answer for the whole revocation: librdkafka takes each change of the assignment for it.
    private mutating func answerRevocation() {
        guard let done = group.revocation.take() else { return }
        // One of them may be this lane's again: a change of the assignment before the lane knew of the revocation was its
        // answer.
        let gone = done.partitions.filter { slots[$0] == nil }
        attempt("giving up partitions") { (log: inout Log) throws(KafkaError) in
            if done.isCooperative { try log.incrementalUnassign(gone) } else { try log.assign([]) }
        }
        let delayed = group.takeDelayedPlacements()
        if !delayed.isEmpty { placeInKafka(delayed, now: services.now()) }
    }

    mutating func placeInKafka(_ placements: [Placement], now: Int64) {
        guard group.revocation == nil else {
            for placement in placements { group.delayedPlacements[placement.slot] = placement.offset }
            return
        }
        let positions = placements.map { Position(place($0.slot), offset: $0.offset) }
        for position in positions { cursor.dropHeld(of: position.partition) }
        do throws(KafkaError) {
            try log.place(positions)
        } catch {
            services.report(.kafka("continuing from the checkpoints: \(error)"))
            if error.isFatal { outcome = .failed(error.description) }
            // An eager member's others may have gone with them.
            let silent = machine.slots.filter { slot in
                machine.table[slot].isRead && !log.isReading(place(slot)) || placements.contains { $0.slot == slot }
            }
            machine.placementFailed(silent, now: now)
        }
    }

    mutating func pause(_ slots: [Int]) {
        for slot in slots { group.delayedPlacements[slot] = nil }
        let places = slots.map { place($0) }
        attempt("pausing partitions") { (log: inout Log) throws(KafkaError) in try log.pause(places) }
    }

    /// For Kafka's lag tools only, once a second, and never in the middle of a rebalance.
    mutating func flushCommits() {
        guard group.isMember, group.mayCommit, !group.commits.isEmpty else { return }
        log.commit(group.commits.map { Position(place($0.key), offset: $0.value) })
        group.commits.removeAll(keepingCapacity: true)
    }
}
