import Bytes
import Projections
import Records
import Redis

// All that a partition has parked, a slice in each transaction: the lane projects, polls Kafka and looks at its own duties in
// between.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// So many events are in a slice at most.
    static var retrySlice: Int { 200 }
    /// So many bytes of records are read for a slice, or one record.
    private static var retryBytes: Int { 4 << 20 }

    mutating func retryAll(
        _ work: ParkedWork, _ found: RetryProgress, _ partition: Partition
    ) throws(RedisError) -> RequestOutcome {
        var progress = found
        if progress.until < 0 { progress.until = partition.stored.next }
        let slice = try parked(of: partition, from: progress.after + 1, to: "(\(progress.until)", retryPace.limit)
        guard !slice.isEmpty else {
            return try conclude(
                work, partition, CommandBuffer(), rows: [], decided: .some(nil), .answered(progress.words))
        }
        var released = KeyQueueRelease(work, partition, machine.settings, isHead: true)
        for (entry, record) in zip(slice, try records(slice, partition)) {
            if released.isFull { break }
            if try isBehind(entry, work.slot, released) {
                progress.left += 1
            } else {
                let taken = released.take(entry, record, machine.projector)
                if taken == .full { break }
                if taken == .stays { progress.left += 1 }
            }
            progress.after = entry.offset
        }
        progress.released += released.released.count
        retryPace.lastSlice = slice.count
        retryPace.limit = min(Self.retrySlice, retryPace.limit * 2)
        let rows = released.rows
        return try conclude(
            work, partition, released.commands(nil), rows: rows, decided: .some(nil), released: released.released,
            .goesOn(progress))
    }

    /// Whether an earlier event of its key stays parked.
    private mutating func isBehind(
        _ entry: (offset: Int64, key: [UInt8]?), _ slot: Int, _ released: borrowing KeyQueueRelease
    ) throws(RedisError) -> Bool {
        guard machine.settings.plan.isOrderDependent, let key = entry.key else { return false }
        let held = machine.partition(slot).held
        if !held.older.isEmpty, try olderPartition(holding: key, before: slot) != nil { return true }
        return held.parked.line(of: key).dropFirst(released.releasedCount(of: key)).first != entry.offset
    }

    /// The records of the first ones, as many as may be read together; nil for one that is missing or damaged.
    private mutating func records(
        _ slice: [(offset: Int64, key: [UInt8]?)], _ partition: Partition
    ) throws(RedisError) -> [ParkedRecord?] {
        let blobs = machine.settings.keys.parked(partition.topicName, partition.partition)
        var sizes = CommandBuffer()
        for entry in slice { sizes.command("HSTRLEN", blobs, "\(entry.offset)") }
        let lengths = try link?.roundTrip(sizes) ?? []
        if let text = refusal(in: lengths) { throw .reply(text, to: "HSTRLEN") }
        var bytes = 0
        var commands = CommandBuffer()
        for (entry, length) in zip(slice, lengths) {
            bytes += Int(length.integer ?? 0)
            if commands.commandCount > 0, bytes > Self.retryBytes { break }
            commands.command("HGET", blobs, "\(entry.offset)")
        }
        return (try link?.roundTrip(commands) ?? []).map { $0.bytes.flatMap { ParkedRecord(bytes: $0) } }
    }

    /// A row cannot take its changes: the slice shrinks until it is one event, and that one stays.
    mutating func endAtRow(_ words: String, _ work: ParkedWork) throws(RedisError) -> RequestOutcome {
        guard case .retryAll(var progress) = work.text.action else { return .nothing }
        guard retryPace.lastSlice == 1 else {
            retryPace.limit = 1
            return .goesOn(progress)
        }
        let partition = machine.partition(work.slot)
        if progress.until < 0 { progress.until = partition.stored.next }
        let slice = try parked(of: partition, from: progress.after + 1, to: "(\(progress.until)", 1)
        guard let entry = slice.first else { return .nothing }
        services.report(.redis("retrying \(partition.name)@\(entry.offset): a row cannot take it: \(words)"))
        progress.after = entry.offset
        progress.left += 1
        return try conclude(work, partition, CommandBuffer(), rows: [], decided: .some(nil), .goesOn(progress))
    }
}

/// What became of a request in one turn.
enum RequestOutcome {
    /// Nothing more is to be done for it in this turn.
    case nothing
    /// The partition is to be read again.
    case read(Int)
    /// A slice of it was carried out, or waits for the next turn.
    case goesOn(RetryProgress)
    /// A row cannot take its changes.
    case badRow(String, ParkedWork)
}

extension ParkingRequest {
    /// As it stands in Redis after a slice.
    func going(on progress: RetryProgress) -> ParkingRequest {
        guard let read = RequestText(text: text) else { return self }
        return ParkingRequest(
            field: field, text: RequestText(action: .retryAll(progress), identifier: read.identifier).text)
    }
}
