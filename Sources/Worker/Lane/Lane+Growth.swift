import Bytes
import Projections
import Records
import Redis

// A partition that a topic gained: a key's older events may still be parked in the partitions before the growth.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    private var keys: KeySpace { settings.keys }
    var readsGrowth: Bool { settings.plan.isOrderDependent }

    /// The keys that older partitions hold parked. To be read after the partition's own checkpoint: that was made when the
    /// older ones had passed the growth, so that of the keys that moved they can only release.
    mutating func readOlder(_ slot: Int, _ growth: GrowthRecord) throws(RedisError) -> OlderKeys {
        let identity = machine.table[slot].identity
        var older = OlderKeys()
        older.readAt = services.now()
        for partition in 0..<growth.partitionsBefore(identity.partition, of: identity.topicName) {
            let index = keys.parkedIndex(identity.topicName, partition)
            for member in try elements(index, of: link?.command("ZRANGE", index, "0", "-1")) {
                if let key = ParkedRecord.place(inIndex: member.bytes)?.key { older.add(key, of: partition) }
            }
        }
        return older
    }

    /// The older partition that holds events of this key parked, by now; nil: none does.
    mutating func olderPartition(holding key: [UInt8]?, before slot: Int) throws(RedisError) -> String? {
        guard readsGrowth, let key else { return nil }
        let record = keys.growth
        let growth = GrowthRecord(try elements(record, of: link?.command("HGETALL", record)))
        let older = try readOlder(slot, growth)
        return older.partition(holding: key.span).map { "\(machine.table[slot].topicName)-\($0)" }
    }

    /// An error is not an empty list.
    private func elements(_ key: String, of answer: RedisValue?) throws(RedisError) -> [RedisValue] {
        if let elements = answer?.elements { return elements }
        throw RedisError(
            .protocolViolation,
            "reading \(key): Redis answered \(answer.map { "\($0)" } ?? "nothing") instead of a list")
    }
}
