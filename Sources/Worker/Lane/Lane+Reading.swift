import Bytes
import Projections
import Records
import Redis

// The rare, linear parts: read on an idle connection, with its time-outs.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    private var settings: LaneSettings { machine.settings }
    private var keys: KeySpace { settings.keys }

    /// Reads all that a partition's folding begins with; the parked keys after the checkpoint, never before.
    mutating func settle(_ slots: [Int]) {
        var settlement = Settlement(generation: nil)
        settlement.askedAt = services.now()
        var unanswered: [Int] = []
        do {
            var commands = CommandBuffer()
            commands.command("GET", keys.generation)
            for slot in slots {
                let it = machine.partition(slot)
                commands.command("GET", keys.checkpoint(it.topicName, it.partition))
                commands.command("ZRANGE", keys.parkedIndex(it.topicName, it.partition), "0", "-1")
                commands.command("HGET", keys.damage, damageField(it))
            }
            // After the checkpoints: a decision that comes in between belongs to a later one.
            commands.command("HGETALL", keys.ledger)
            if readsGrowth { commands.command("HGETALL", keys.growth) }
            if machine.hasCompacted { commands.command("TIME") }
            guard let values = try link?.roundTrip(commands) else { return }
            // An error is not a missing key: LOADING, for example, passes by itself.
            if let text = refusal(in: values) {
                services.report(.redis("reading checkpoints: \(readableText(text))"))
                machine.readingRefused(slots, text, now: services.now())
                return
            }
            // Before Kafka is asked for the ends.
            if machine.hasCompacted { settlement.time = values.last?.milliseconds }
            settlement.generation = values[0].bytes
            let ledger = values[1 + 3 * slots.count].elements ?? []
            var older: [Int: OlderKeys] = [:]
            if readsGrowth {
                let growth = GrowthRecord(values[2 + 3 * slots.count].elements ?? [])
                for slot in slots { older[slot] = try readOlder(slot, growth) }
            }
            let allMarks = watermarks(slots)
            for (index, slot) in slots.enumerated() {
                let it = machine.partition(slot)
                guard let marks = allMarks[index] else {
                    unanswered.append(slot)
                    continue
                }
                var found = Settlement.Partition(
                    slot: slot, checkpoint: values[1 + 3 * index].bytes, low: marks.low, high: marks.high)
                found.parked = (values[2 + 3 * index].elements ?? []).compactMap {
                    ParkedRecord.place(inIndex: $0.bytes)
                }
                found.older = older[slot] ?? OlderKeys()
                found.tombstoneRetention = services.tombstoneRetention(topic: it.topicName)
                found.damage = values[3 + 3 * index].text.map { DamageRecord(text: $0) }
                found.ledger = LaneMachine.ledger(ledger, prefix: "\(it.topicName):\(it.partition):")
                settlement.partitions.append(found)
            }
        } catch {
            link = nil
            machine.disconnected(error.message, now: services.now())
            return
        }
        if !unanswered.isEmpty { machine.settlingFailed(unanswered, now: services.now()) }
        machine.settled(settlement, now: services.now())
    }

    private func damageField(_ it: LanePartition) -> String {
        DamageRecord.field(settings.generationIdentifier, it.topicName, it.partition)
    }

    private func watermarks(_ slots: [Int]) -> [(low: Int64, high: Int64)?] {
        services.watermarks(of: slots.map { (machine.partition($0).topicName, machine.partition($0).partition) })
    }

    /// Asks for the ends that a compacted topic's time is measured at.
    mutating func askEnds(_ slots: [Int]) {
        guard let time = machine.serverClock.told else { return }
        let ends = zip(slots, watermarks(slots)).compactMap { slot, marks in marks.map { (slot, $0.high) } }
        machine.endsTold(ends, time: time)
    }

    /// The first error among replies.
    func refusal(in values: [RedisValue]) -> [UInt8]? {
        for case .error(let text) in values { return text }
        return nil
    }

    /// Looks at the rows that the last batch touched: what broke in it is still visible in most cases.
    mutating func verify(_ slot: Int) {
        do {
            switch try lookAtRows(machine.touched(slot)) {
            case .sound: machine.verified(slot, damage: nil, now: services.now())
            case .damaged(let words): machine.verified(slot, damage: words, now: services.now())
            case .refused(let text):
                services.report(.redis("checking rows: \(readableText(text))"))
                machine.readingRefused([slot], text, now: services.now())
            }
        } catch {
            link = nil
            machine.disconnected(error.message, now: services.now())
        }
    }

    /// Looks for the first row that could not take its changes: another type, no integer, no headroom.
    mutating func lookAtRows(_ entries: [TouchedEntry]) throws(RedisError) -> RowCheck {
        for entry in entries {
            var commands = CommandBuffer()
            commands.begin(2)
            commands.argument("TYPE")
            commands.argument(entry.key)
            for field in entry.incrementedFields {
                commands.begin(3)
                commands.argument("HGET")
                commands.argument(entry.key)
                commands.argument(field)
            }
            for member in entry.incrementedMembers {
                commands.begin(3)
                commands.argument("ZSCORE")
                commands.argument(entry.key)
                commands.argument(member)
            }
            if entry.isIncrementedCounter {
                commands.begin(2)
                commands.argument("GET")
                commands.argument(entry.key)
            }
            guard let values = try link?.roundTrip(commands) else { return .sound }
            // A field of a row of another type is an error as well: the type speaks first.
            if case .error(let text) = values[0] { return .refused(text) }
            guard let type = values[0].text else { return .refused(Array("ERR TYPE answered \(values[0])".utf8)) }
            let view = settings.plan.views[entry.view].name
            let key = readableText(entry.key)
            if type != "none", type != entry.expectedType, !entry.isDeletedOrReplaced {
                return .damaged(
                    "view \(view), key \(key): it holds a \(type), but the view needs a \(entry.expectedType)")
            }
            if type == "none" || type != entry.expectedType { continue }
            if let text = refusal(in: values) { return .refused(text) }
            for value in values.dropFirst() {
                guard let text = value.text else { continue }
                if entry.incrementedMembers.isEmpty {
                    // Within one increment of the bound counts: the increment is at most 2^53.
                    guard let number = Int64(text), number.magnitude < UInt64(Int64.max) - (1 << 53) else {
                        return .damaged(
                            "view \(view), key \(key): \(text) is not an integer that can still be incremented")
                    }
                } else if let number = Double(text), number.magnitude >= 0x1p53 {
                    return .damaged("view \(view), key \(key): the score \(text) is beyond ±2^53")
                }
            }
        }
        return .sound
    }

    mutating func resolveMissing(_ slots: [Int]) {
        for slot in slots {
            let it = machine.partition(slot)
            switch services.missingCheckpoint(topic: it.topicName, partition: it.partition) {
            case .created: machine.reload(slot)
            case .wait: machine.reload(slot, notBefore: services.now() + 1_000)
            case .halt(let message): machine.halt(slot, .checkpointLost, message)
            }
        }
    }
}

extension LaneMachine {
    static func ledger(_ elements: [RedisValue], prefix: String) -> [Int64: LedgerEntry] {
        var entries: [Int64: LedgerEntry] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let field = elements[index].text, field.hasPrefix(prefix),
                let offset = Int64(field.dropFirst(prefix.count)),
                let text = elements[index + 1].bytes, let entry = LedgerEntry(text: text)
            else { continue }
            entries[offset] = entry
        }
        return entries
    }
}

/// What a look at rows showed.
enum RowCheck {
    case sound
    case damaged(String)
    /// Redis returned an error: nothing is known.
    case refused([UInt8])
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
