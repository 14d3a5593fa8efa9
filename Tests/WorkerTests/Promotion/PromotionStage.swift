import Projections
import Records

@testable import Worker

/// A model of Redis with a live generation in database 0 and a build in database 15, and the oracle over both.
final class PromotionStage {
    let redis = ModelRedis()
    let home = 0
    let spare = 15
    let partitions: Int
    let keys = KeySpace(projection: "p")
    let live = GenerationRecord(number: 1, identifier: "10000001", fingerprint: "old")
    let build = GenerationRecord(number: 2, identifier: "20000002", fingerprint: "new")
    var now: Int64 = 1_000_000
    var logEnd: Int64 = 3
    /// Connections whose owners have gone: the server may still carry out what they sent.
    private(set) var clients: [ModelClient] = []
    private(set) var violations: [String] = []
    /// The furthest that readers of the home database have seen.
    private var seen: [Int: Int64] = [:]
    /// Texts that were read before.
    private var records: [[UInt8]: GenerationRecord] = [:]
    private var positions: [[UInt8]: Int64] = [:]

    init(partitions: Int = 2, liveNext: Int64 = 3, buildNext: Int64 = 1) {
        self.partitions = partitions
        logEnd = liveNext
        place(live, in: home, next: liveNext)
        place(build, in: spare, next: buildNext)
        redis.clock = { [unowned self] in now }
        redis.misused = { [unowned self] in violations.append($0) }
        redis.executed = { [unowned self] _, failed in
            if !failed.isEmpty { violations.append("a command of a transaction failed") }
            check()
        }
    }

    private func place(_ record: GenerationRecord, in database: Int, next: Int64) {
        write(keys.generation, .string(Array(record.text.utf8)), in: database)
        write(keys.growth, .hash(["t": Array("\(partitions)".utf8)]), in: database)
        for partition in 0..<partitions {
            let checkpoint = Checkpoint(next: next, confirmed: next, writer: "creation")
            write(keys.checkpoint("t", Int32(partition)), .string(checkpoint.text), in: database)
            let sum = next * step(of: record)
            write(row(partition), .hash(["sum": Array("\(sum)".utf8)]), in: database)
        }
    }

    var subject: PromotionSubject { subject(from: live, to: build) }
    /// The way back.
    var reverse: PromotionSubject { subject(from: build, to: live) }

    private func subject(from old: GenerationRecord, to new: GenerationRecord) -> PromotionSubject {
        PromotionSubject(
            home: home, database: spare,
            projections: [.init(name: "p", live: old, build: new, topics: ["t"])])
    }

    func open() -> ModelClient {
        let client = ModelClient()
        clients.append(client)
        return client
    }

    func row(_ partition: Int) -> String { "row:\(partition)" }

    /// What one event adds: by it a row shows which generation's events are in it.
    func step(of record: GenerationRecord) -> Int64 { record.identifier == live.identifier ? 1 : 1_000 }

    func text(_ key: String, in database: Int) -> [UInt8]? { redis.within(database) { redis.text(key) } }

    func write(_ key: String, _ value: ModelRedis.Value?, in database: Int = 0) {
        redis.within(database) { redis.write(key, value) }
    }

    func record(in database: Int) -> GenerationRecord? {
        guard let text = text(keys.generation, in: database) else { return nil }
        if let known = records[text] { return known }
        records[text] = GenerationRecord(bytes: text)
        return records[text]
    }

    func database(of identity: GenerationRecord) -> Int? {
        [home, spare].first { record(in: $0)?.identifier == identity.identifier }
    }

    func next(_ partition: Int, in database: Int) -> Int64? {
        guard let text = text(keys.checkpoint("t", Int32(partition)), in: database) else { return nil }
        if let known = positions[text] { return known }
        positions[text] = Checkpoint(text: text)?.next
        return positions[text]
    }

    var isExchanged: Bool { database(of: build) == home && database(of: live) == spare }
    var isAsBefore: Bool { database(of: live) == home && database(of: build) == spare }
    var isOpen: Bool { record(in: home)?.state == .open && record(in: spare)?.state == .open }

    func violation(_ text: String) { violations.append(text) }

    /// What must hold after each transaction.
    private func check() {
        if !isExchanged, !isAsBefore { violations.append("neither before nor after") }
        for database in [home, spare] {
            guard let record = record(in: database) else { continue }
            for partition in 0..<partitions {
                guard let next = next(partition, in: database) else { continue }
                let sum = sum(partition, in: database)
                if sum != next * step(of: record) {
                    violations.append(
                        "database \(database), partition \(partition) of generation \(record.number) at \(next) has \(sum)"
                    )
                }
                guard database == home else { continue }
                if next < seen[partition] ?? 0 {
                    violations.append("readers went back from \(seen[partition] ?? 0) to \(next)")
                }
                seen[partition] = next
            }
        }
    }

    func sum(_ partition: Int, in database: Int) -> Int64 {
        guard case .hash(let fields)? = redis.databases[database]?[row(partition)], let text = fields["sum"] else {
            return 0
        }
        return Int64(String(decoding: text, as: UTF8.self)) ?? -1
    }

    /// A failover to an older state: what readers have seen since is lost to them.
    func failOver(to snapshot: [Int: [String: ModelRedis.Value]]) {
        redis.restore(snapshot)
        seen = [:]
        check()
    }

    /// The lines of the history at home.
    var history: [String] {
        guard case .list(let lines)? = redis.databases[home]?[KeySpace.history] else { return [] }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// One worker for each partition of both generations.
    func writers(plant: ModelWriter.Plant? = nil) -> [ModelWriter] {
        (0..<partitions).flatMap { partition in
            [
                ModelWriter(self, live, partition: partition, in: home, plant: plant),
                ModelWriter(self, build, partition: partition, in: spare, plant: plant),
            ]
        }
    }

    /// Everybody in turn, until the promoters have ended.
    func play(_ promoters: [ModelPromoter], _ writers: [ModelWriter], rounds: Int = 3_000) {
        for _ in 0..<rounds where promoters.contains(where: { !$0.isFinished }) {
            for promoter in promoters { promoter.step() }
            for writer in writers { writer.step() }
            now += 1
        }
    }

    /// Time passes, more events come, and the workers go on; whoever still stands then is stuck.
    func expectProgress(_ writers: [ModelWriter], rounds: Int = 600) {
        now += 11_000
        logEnd += 3
        for _ in 0..<rounds where !isCurrent {
            for writer in writers { writer.step() }
            now += 1
        }
        guard !isCurrent else { return }
        for database in [home, spare] {
            let found = (0..<partitions).map { next($0, in: database) ?? -1 }
            violations.append(
                "database \(database) stands at \(found) of \(logEnd), its record is \(recordText(database))")
        }
    }

    private func recordText(_ database: Int) -> String { record(in: database)?.text ?? "missing" }

    /// Whether both generations are open and have all there is.
    private var isCurrent: Bool {
        isOpen
            && [home, spare].allSatisfy { database in
                (0..<partitions).allSatisfy { next($0, in: database) == logEnd }
            }
    }
}
