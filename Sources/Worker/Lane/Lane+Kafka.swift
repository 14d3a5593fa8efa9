import Bytes
import Kafka
import Projections

// What Kafka has for the lane: events, ends, errors.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Offers what Kafka has to the machine, at most a slice; returns whether the queue was emptied.
    mutating func takeEvents(now: Int64) -> Bool {
        if let record = cursor.held.take() {
            guard offer(record, now: now) else { return false }
        }
        var budget = 256
        while budget > 0 {
            // Events are left in the queue while the machine has no use for them, but never while Redis is away.
            guard machine.wantsEvents || machine.isAway || machine.isStopping else { return false }
            budget -= 1
            switch log.poll() {
            case .none: return true
            case .record(let record):
                guard offer(record, now: now) else { return false }
            case .end(let place, let offset):
                if let slot = readingSlot(place) { machine.reachedEnd(slot: slot, offset: offset, now: now) }
            case .partitionError(let place, let offset, let error):
                if let slot = readingSlot(place) { partitionFailed(slot, offset: offset, error) }
            case .rebalance(let rebalance): rebalanced(rebalance, now: now)
            case .error(let error): failed(error, now: now)
            case .fatal(let error): outcome = .failed(error.description)
            }
        }
        return false
    }

    /// The slot to which Kafka's events of a partition belong: none while its placement waits, since Kafka still reads
    /// it from where it was before.
    private func readingSlot(_ place: TopicPartition) -> Int? {
        guard let slot = slots[place], !group.delays(slot) else { return nil }
        return slot
    }

    /// Returns false if the record must be offered again.
    private mutating func offer(_ record: consuming Log.Record, now: Int64) -> Bool {
        guard let slot = slots[record.topic, record.partition], !group.delays(slot) else { return true }
        let offer = withEvent(record) { machine, event in machine.take(event, slot: slot, now: now) }
        if case .later = offer {
            cursor.held = consume record
            return false
        }
        // One that halted its partition, say, was not passed: the one before it stays the last.
        guard machine.hasPassed(record.offset, in: slot) else { return true }
        machine.wentOn(slot)
        if slot != cursor.lastSlot { anchorLast(isNewest: false) }
        cursor.last = consume record
        cursor.lastSlot = slot
        return true
    }

    /// The last event of a run is what its partition's checkpoint is anchored at; the last one of a slice (`isNewest`) is what
    /// is looked at for the events' time, so that not each event need be.
    mutating func anchorLast(isNewest: Bool = true) {
        guard let record = cursor.last.take(), let slot = cursor.lastSlot else { return }
        withEvent(record) { machine, event in
            machine.anchor(event, slot: slot)
            if isNewest { machine.noteTime(event, slot: slot) }
        }
    }

    @inline(__always)
    private mutating func withEvent<Result>(
        _ record: borrowing Log.Record, _ body: (inout LaneMachine, borrowing Event) -> Result
    ) -> Result {
        let headers = headers
        unsafe headers.enter(record.headerSource)
        let result = body(
            &machine,
            Event(
                topic: record.topic, partition: record.partition, offset: record.offset,
                timestamp: record.timestamp, key: record.key, value: record.value, headers: headers))
        headers.leave()
        return result
    }

    /// An offset that the log does not have: the checkpoint is read again and compared with the log, which says what is wrong.
    /// A right that was taken away may be given back: it is tried again.
    private mutating func partitionFailed(_ slot: Int, offset: Int64, _ error: KafkaError) {
        if error.code == .offsetOutOfRange {
            machine.logRefused(slot, now: services.now())
        } else if let words = KafkaRefusal(error, settings)?.words {
            machine.refused(slot, words)
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
    private mutating func failed(_ error: KafkaError, now: Int64) {
        // librdkafka looks for the group's coordinator all the same; without a group nothing depends on that.
        if !group.isMember, error.name == "GROUP_AUTHORIZATION_FAILED" { return }
        if let refusal = KafkaRefusal(error, settings) {
            outcome = .refused(refusal.words)
            return
        }
        control.countError(error.name)
        if repeats.isDue(error.description, now: now) { services.report(.kafka(error.description)) }
        machine.doubtLogs()
    }

    mutating func attempt(_ what: String, _ body: (inout Log) throws(KafkaError) -> Void) {
        do { try body(&log) } catch {
            services.report(.kafka("\(what): \(error)"))
            if error.isFatal { outcome = .failed(error.description) }
        }
    }
}
