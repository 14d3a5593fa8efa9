import Bytes
import Projections
import Records
import Redis

// The rare, linear parts: read on an idle connection, with its time-outs.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    private var keys: KeySpace { settings.keys }

    /// Reads all that a partition's folding begins with; the parked keys after the checkpoint, never before.
    mutating func readCheckpoints(_ slots: [Int]) {
        let askedAt = services.now()
        do {
            let questions = questions(slots)
            guard let values = try link?.roundTrip(questions) else { return }
            // An error is not a missing key: LOADING, for example, passes by itself.
            if let (index, text) = Self.firstError(in: values) {
                let key = key(read: index, slots)
                services.report(.redis("reading \(key): \(readableText(text))"))
                machine.readingRefused(slots, text, of: key, now: services.now())
                return
            }
            var older: [OlderKeys]?
            if readsGrowth {
                let growth = GrowthRecord(values[2 + 3 * slots.count].elements ?? [])
                older = []
                for slot in slots { older?.append(try readOlder(slot, growth)) }
            }
            take(values, of: slots, older, askedAt: askedAt)
        } catch { lostLink(error) }
    }

    private func questions(_ slots: [Int]) -> CommandBuffer {
        var commands = CommandBuffer()
        commands.command("GET", keys.generation)
        for slot in slots {
            let (topic, partition) = (machine.table[slot].topicName, machine.table[slot].partition)
            commands.command("GET", keys.checkpoint(topic, partition))
            commands.command("ZRANGE", keys.parkedIndex(topic, partition), "0", "-1")
            commands.command(
                "HGET", keys.damage,
                DamageRecord.field(settings.generationIdentifier, topic, partition))
        }
        // After the checkpoints: a decision that comes in between belongs to a later one.
        commands.command("HGETALL", keys.ledger)
        if readsGrowth { commands.command("HGETALL", keys.growth) }
        // Before Kafka is asked for the ends.
        if machine.hasCompacted { commands.command("TIME") }
        return commands
    }

    /// The key that the question of that index reads.
    private func key(read index: Int, _ slots: [Int]) -> String {
        if index == 0 { return keys.generation }
        guard index <= 3 * slots.count else {
            if index == 1 + 3 * slots.count { return keys.ledger }
            return readsGrowth && index == 2 + 3 * slots.count ? keys.growth : "the time"
        }
        let partition = machine.partition(slots[(index - 1) / 3])
        switch (index - 1) % 3 {
        case 0: return keys.checkpoint(partition.topicName, partition.partition)
        case 1: return keys.parkedIndex(partition.topicName, partition.partition)
        default: return keys.damage
        }
    }

    private static func firstError(in values: [RedisValue]) -> (index: Int, text: [UInt8])? {
        for (index, value) in values.enumerated() {
            if case .error(let text) = value { return (index, text) }
        }
        return nil
    }

    /// Asks Kafka for the ends as well, and gives the machine what was found.
    private mutating func take(_ values: [RedisValue], of slots: [Int], _ older: [OlderKeys]?, askedAt: Int64) {
        var reading = CheckpointReading(generation: values[0].bytes)
        reading.askedAt = askedAt
        if machine.hasCompacted { reading.time = values.last?.milliseconds }
        let ledger = values[1 + 3 * slots.count].elements ?? []
        let allMarks = watermarks(slots)
        for (index, slot) in slots.enumerated() {
            guard let marks = allMarks[index] else { continue }
            let (topic, partition) = (machine.table[slot].topicName, machine.table[slot].partition)
            var found = CheckpointReading.Found(
                slot: slot, checkpoint: values[1 + 3 * index].bytes, low: marks.low, high: marks.high)
            found.parked = (values[2 + 3 * index].elements ?? []).compactMap { ParkedRecord.place(inIndex: $0.bytes) }
            found.older = older?[index] ?? OlderKeys()
            found.tombstoneRetention = services.tombstoneRetention(topic: topic)
            found.damage = values[3 + 3 * index].text.map { DamageRecord(text: $0) }
            found.ledger = LaneMachine.ledger(ledger, prefix: "\(topic):\(partition):")
            reading.partitions.append(found)
        }
        machine.readingFailed(zip(slots, allMarks).compactMap { $1 == nil ? $0 : nil }, now: services.now())
        machine.checkpointsRead(reading, now: services.now())
    }

    private func watermarks(_ slots: [Int]) -> [(low: Int64, high: Int64)?] {
        services.watermarks(of: slots.map { (machine.table[$0].topicName, machine.table[$0].partition) })
    }

    /// Asks for the ends that a compacted topic's time is measured at.
    mutating func askEnds(_ slots: [Int]) {
        guard let time = machine.serverTime else { return }
        let ends = zip(slots, watermarks(slots)).compactMap { slot, marks in marks.map { (slot, $0.high) } }
        machine.endsTold(ends, time: time)
    }

    mutating func resolveMissing(_ slots: [Int]) {
        for slot in slots {
            let identity = machine.partition(slot).identity
            switch services.missingCheckpoint(topic: identity.topicName, partition: identity.partition) {
            case .created: machine.reload(slot)
            case .wait: machine.reload(slot, notBefore: services.now() + 1_000)
            case .halt(let message): machine.halt(slot, .checkpointLost, message)
            }
        }
    }
}

extension RedisValue {
    /// TIME's reply in milliseconds since 1970.
    var milliseconds: Int64? {
        guard let parts = elements, parts.count == 2, let seconds = parts[0].text.flatMap({ Int64($0) }),
            let micros = parts[1].text.flatMap({ Int64($0) })
        else { return nil }
        return seconds * 1_000 + micros / 1_000
    }
}
