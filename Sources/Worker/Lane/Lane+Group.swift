import Bytes
import Kafka
import Projections

// What the group gives and takes, and where the consumer reads on.
extension Lane {
    func slot(_ place: TopicPartition) -> Int? {
        guard place.topic >= 0, place.topic < slotOf.count, Int(place.partition) < slotOf[place.topic].count else {
            return nil
        }
        let slot = slotOf[place.topic][Int(place.partition)]
        return slot < 0 ? nil : slot
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

    /// A needed offset that the log no longer has while it was being read: settle again, which says what is wrong.
    mutating func partitionFailed(_ slot: Int, offset: Int64, _ error: KafkaError) {
        if error.code == .offsetOutOfRange, machine.partition(slot).isReplaying {
            machine.reload(slot)
        } else {
            machine.partitionFailed(slot: slot, reason: error.description)
        }
    }

    mutating func rebalanced(_ rebalance: Rebalance, now: Int64) {
        switch rebalance.kind {
        case .assigned:
            // Answered at once, with nothing: partitions are added as soon as their checkpoints are read.
            attempt("answering the group") { (consumer: inout Consumer) throws(KafkaError) in
                if rebalance.isCooperative { try consumer.incrementalAssign([]) } else { try consumer.assign([]) }
            }
            remember(machine.assigned(rebalance.partitions.map { ($0.topic, $0.partition) }))
            services.report(.assigned(rebalance.partitions.map { "\(consumer.topics[$0.topic])-\($0.partition)" }))
        case .revoked, .lost:
            let slots = rebalance.partitions.compactMap { slot($0) }
            services.report(.revoked(slots.map { machine.partition($0).name }, lost: rebalance.kind == .lost))
            flushCommits()
            revocation = Revocation(
                slots: Set(slots), isCooperative: rebalance.isCooperative,
                deadline: now + machine.settings.revocationTimeout)
            if slots.isEmpty { answerRevocation() }
            machine.revoked(slots, lost: rebalance.kind == .lost, now: now)
        }
    }

    mutating func watchRevocation(now: Int64) {
        guard let revocation, now >= revocation.deadline else { return }
        machine.revocationTimedOut(now: now)
        perform(now: now)
    }

    mutating func released(_ slots: [Int]) {
        let places = slots.map { place($0) }
        for place in places where slotOf[place.topic].indices.contains(Int(place.partition)) {
            if slots.contains(slotOf[place.topic][Int(place.partition)]) {
                slotOf[place.topic][Int(place.partition)] = -1
            }
        }
        assignedSlots.subtract(slots)
        for slot in slots { commits[slot] = nil }
        guard var pending = revocation else { return }
        pending.slots.subtract(slots)
        revocation = pending
        if pending.isCooperative {
            attempt("giving up partitions") { (consumer: inout Consumer) throws(KafkaError) in
                try consumer.incrementalUnassign(places)
            }
        }
        if pending.slots.isEmpty { answerRevocation() }
    }

    mutating func answerRevocation() {
        let wasCooperative = revocation?.isCooperative ?? false
        revocation = nil
        held = nil
        if !wasCooperative {
            attempt("giving up partitions") { (consumer: inout Consumer) throws(KafkaError) in try consumer.unassign() }
        }
    }

    mutating func placeInKafka(_ placements: [Placement]) {
        let positions = placements.map { Position(place($0.slot), offset: $0.offset) }
        // A message that waits to be offered again is read once more if its partition is placed anew.
        if let message = held.take() {
            let its = TopicPartition(topic: message.topic, partition: message.partition)
            if !positions.contains(where: { $0.partition == its }) { held = consume message }
        }
        let fresh = positions.indices.filter { !assignedSlots.contains(placements[$0].slot) }
        let moved = positions.indices.filter { assignedSlots.contains(placements[$0].slot) }
        attempt("reading on from the checkpoints") { (consumer: inout Consumer) throws(KafkaError) in
            if !fresh.isEmpty { try consumer.begin(fresh.map { positions[$0] }) }
            if !moved.isEmpty { try consumer.reposition(moved.map { positions[$0] }) }
        }
        assignedSlots.formUnion(placements.map(\.slot))
    }

    /// For Kafka's lag tools only, once a second.
    mutating func flushCommits() {
        nextCommit = Self.now() + 1_000
        guard isGroupMember, !commits.isEmpty, revocation == nil else { return }
        consumer.commit(commits.map { Position(place($0.key), offset: $0.value) })
        commits.removeAll(keepingCapacity: true)
    }

    mutating func attempt(_ what: String, _ body: (inout Consumer) throws(KafkaError) -> Void) {
        do { try body(&consumer) } catch {
            services.report(.kafka("\(what): \(error)"))
            if error.isFatal { outcome = .failed(error.description) }
        }
    }
}
