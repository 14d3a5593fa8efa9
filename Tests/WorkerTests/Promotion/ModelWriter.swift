import Projections
import Records

/// A worker of one generation as far as a promotion sees it: it writes where its generation is, under WATCH of the record
/// and the checkpoint, one event a transaction, and moves command by command.
final class ModelWriter {
    /// What it lacks, to show that the tests would notice.
    enum Plant {
        /// It writes whatever generation is in its database.
        case noCompare
        /// It writes while the record says draining.
        case noStanding
        /// It leaves a late drain as it is.
        case noDeadline
    }

    private let stage: PromotionStage
    let identity: GenerationRecord
    let partition: Int
    private let plant: Plant?
    private var client: ModelClient?
    private var database: Int
    private var script: [[String]] = []
    /// What the reply to the last command of the script decides.
    private enum Awaiting { case nothing, reading, transaction }
    private var awaiting = Awaiting.nothing
    private(set) var applied = 0

    init(_ stage: PromotionStage, _ identity: GenerationRecord, partition: Int, in database: Int, plant: Plant? = nil) {
        self.stage = stage
        self.identity = identity
        self.partition = partition
        self.database = database
        self.plant = plant
    }

    private var checkpointKey: String { stage.keys.checkpoint("t", Int32(partition)) }

    /// The connection breaks; what was to be sent of this transaction is with the server, or never comes there.
    func cut(isSent: Bool = false) {
        if isSent { for command in script { client?.inbox += RESP.array(command.map { RESP.bulk(Array($0.utf8)) }) } }
        client = nil
        script = []
        awaiting = .nothing
    }

    /// Lets the server carry out its next command, or begins the next transaction.
    func step() {
        guard let client else {
            guard !stage.redis.isAway else { return }
            self.client = stage.open()
            script = [["SELECT", "\(database)"]]
            awaiting = .nothing
            return
        }
        guard !script.isEmpty else {
            script = [["UNWATCH"], ["WATCH", stage.keys.generation, checkpointKey]]
            script.append(["MGET", stage.keys.generation, checkpointKey])
            awaiting = .reading
            return
        }
        let command = script.removeFirst()
        client.inbox += RESP.array(command.map { RESP.bulk(Array($0.utf8)) })
        _ = stage.redis.step(client)
        let reply = client.outbox
        client.outbox = []
        guard script.isEmpty else { return }
        switch awaiting {
        case .nothing: break
        case .reading: decide()
        case .transaction: if reply.first == UInt8(ascii: "*") { applied += 1 }
        }
    }

    /// By what stands in its database at the moment at which it read: the model carries out MGET in one step.
    private func decide() {
        let record = stage.record(in: database)
        script = []
        awaiting = .nothing
        guard let record, record.identifier == identity.identifier || plant == .noCompare,
            let at = stage.next(partition, in: database)
        else {
            // Where its generation is now; nowhere: it waits.
            guard let found = stage.database(of: identity), found != database else { return }
            database = found
            script = [["SELECT", "\(found)"]]
            return
        }
        if record.state == .draining, plant != .noStanding {
            guard record.deadline <= stage.now, plant != .noDeadline else { return }
            let opened = GenerationRecord(
                number: record.number, identifier: record.identifier, fingerprint: record.fingerprint)
            script = [["MULTI"], ["SET", stage.keys.generation, opened.text], ["EXEC"]]
            awaiting = .transaction
            return
        }
        guard at < end() else { return }
        let next = Checkpoint(next: at + 1, confirmed: at, writer: identity.identifier)
        script = [
            ["MULTI"], ["HINCRBY", stage.row(partition), "sum", "\(stage.step(of: identity))"],
            ["SET", checkpointKey, String(decoding: next.text, as: UTF8.self)], ["EXEC"],
        ]
        awaiting = .transaction
    }

    /// What is live goes to the log's end, what is not to the live checkpoints.
    private func end() -> Int64 {
        database == stage.home ? stage.logEnd : stage.next(partition, in: stage.home) ?? 0
    }
}
