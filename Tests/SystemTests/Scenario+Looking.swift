import Foundation
import Kafka
import Oracle
import Projections
import Records
import RedisServer
import Testing

/// What Redis holds now.
extension Scenario {
    func reader(_ database: Int = 0) throws -> RedisReader {
        let reader = try RedisReader(.unix(redis.socketPath))
        if database != 0 { _ = try reader.command("SELECT", "\(database)") }
        return reader
    }

    /// The checkpoints' texts, nil if there is none or Redis does not answer as usual.
    func checkpoints(_ database: Int = 0) -> [String?] {
        let keys = KeySpace(projection: projection.name)
        let names = (0..<partitions).map { Array(keys.checkpoint(topic, Int32($0)).utf8) }
        guard case .array(let values)? = try? reader(database).pipeline([[Array("MGET".utf8)] + names])[0] else {
            return []
        }
        return values.map { if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { nil } }
    }

    /// The events that the checkpoints have passed, in all.
    func passed(_ database: Int = 0) -> Int64 { sum(\.next, database) }

    /// Whether the first partition's log still has a record at `offset`.
    func holds(offset: Int64) throws -> Bool {
        var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
        var found: Int64?
        let results = admin.records(
            at: [RecordPlace(topic: topic, partition: 0, offset: offset)], timeoutMilliseconds: 60_000
        ) { _, record in found = record.offset }
        if case .failed(let error) = results[0] { throw error }
        return found == offset
    }

    /// The events whose transactions' replies were seen clean.
    func confirmed() -> Int64 { sum(\.confirmed) }

    private func sum(_ offset: KeyPath<Checkpoint, Int64>, _ database: Int = 0) -> Int64 {
        checkpoints(database).reduce(0) { sum, text in
            sum + (text.flatMap { Checkpoint(text: Array($0.utf8)) }?[keyPath: offset] ?? 0)
        }
    }

    var sent: Int64 { written.reduce(0, +) }

    /// Waits until the checkpoints have passed everything that was sent.
    func waitUntilDone(_ worker: WorkerProcess, seconds: Double = 180) throws {
        let isDone = eventually(within: seconds) { passed() >= sent || !worker.isRunning } && passed() >= sent
        try #require(isDone, "\(passed()) of \(sent) events after \(seconds) s; \(worker.log.suffix(4_000))")
    }

    /// Waits until the checkpoints have passed more than `count` events.
    func waitUntilPassed(_ count: Int64, _ worker: WorkerProcess, seconds: Double = 180) throws {
        let isPast = eventually(within: seconds) { passed() > count || !worker.isRunning } && passed() > count
        try #require(isPast, "\(passed()) of \(sent), wanted \(count), after \(seconds) s; \(worker.log.suffix(4_000))")
    }

    /// How Redis differs from the fold; empty if it does not.
    func differences() throws -> [String] {
        try OracleDump(reader()).compare(with: fold.model, now: Int(Date().timeIntervalSince1970 * 1_000))
    }

    /// How another database differs from what a definition makes of all that was sent.
    func differences(_ database: Int, as projection: OracleProjection) throws -> [String] {
        try OracleDump(reader(database)).compare(
            with: fold(as: projection).model, now: Int(Date().timeIntervalSince1970 * 1_000))
    }

    /// Expects every key of every view to equal the fold, and no view of the fold to be empty.
    func expectEqual(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let differences = try differences()
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
        for view in projection.views {
            guard case .literal(let text)? = view.key.parts.first else { continue }
            let hasRows = fold.model.entries.keys.contains { $0.starts(with: text.utf8) }
            #expect(
                hasRows, "the fold has no row of view \(view.name): the test shows nothing",
                sourceLocation: sourceLocation)
        }
    }

    /// Expects the parked events to be those of the fold.
    func expectParkedEqual(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let keys = KeySpace(projection: projection.name)
        for partition in 0..<partitions {
            let name = keys.parked(topic, Int32(partition))
            guard case .array(let found) = try reader().command("HKEYS", name) else { continue }
            let offsets = found.compactMap { reply -> Int? in
                if case .text(let text) = reply { Int(String(decoding: text, as: UTF8.self)) } else { nil }
            }
            let expected = fold.parked.filter { $0.partition == partition }.map(\.offset)
            #expect(offsets.sorted() == expected.sorted(), "parked in \(name)", sourceLocation: sourceLocation)
        }
    }
}
