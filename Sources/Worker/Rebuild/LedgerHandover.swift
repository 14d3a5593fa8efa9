import Bytes
import Records
public import Redis

/// Hands the operator's decisions that a build lacks to the build's lanes, as requests, and waits for them.
///
/// A decision about an event that the build has parked, or at which it halted, is carried out as if the operator had asked
/// for it there. The build's lanes must be running.
public struct LedgerHandover {
    private let subject: PromotionSubject
    private var open: [(keys: KeySpace, identifier: String)] = []

    public init(_ subject: PromotionSubject) { self.subject = subject }

    /// Leaves one request for each decision that the build lacks and does not have a request for; returns how many.
    public mutating func begin(_ redis: inout RedisConnection) throws -> Int {
        for projection in subject.projections where projection.live != nil {
            let read = ["HGETALL", projection.keys.ledger]
            let replies = try redis.roundTrip(words: [
                read, ["SELECT", "\(subject.database)"], read, ["SELECT", "\(subject.home)"],
            ])
            let live = Self.fields(replies[0])
            let build = Self.fields(replies[2])
            let lacking = live.filter { build[$0.key] != $0.value }.sorted { $0.key < $1.key }
            if !lacking.isEmpty { try leave(lacking, projection, &redis) }
        }
        return open.count
    }

    /// Under WATCH of the record: in another generation of the same name the same offsets mean nothing.
    private mutating func leave(
        _ decisions: [(key: String, value: [UInt8])], _ projection: PromotionSubject.Projection,
        _ redis: inout RedisConnection
    ) throws {
        var commands = CommandBuffer()
        var identifiers: [String] = []
        for (event, text) in decisions {
            guard let entry = LedgerEntry(text: text) else { continue }
            let action: RequestText.Action =
                switch entry.decision {
                case .skip: .skip
                case .edit(let value): .edit(value)
                }
            let request = RequestText(action)
            commands.command("HSET", projection.keys.requests, event, request.text)
            identifiers.append(request.identifier)
        }
        try redis.command("SELECT", "\(subject.database)")
        let hold = GenerationHold(expected: [(projection.keys.generation, Array(projection.build.text.utf8))])
        let isLeft = try hold.perform(commands, &redis)
        try redis.command("SELECT", "\(subject.home)")
        guard isLeft else {
            throw WorkerError(
                .failed, "projection \(projection.name): the build changed while it was handed the ledger")
        }
        open += identifiers.map { (projection.keys, $0) }
    }

    /// Whether all requests are answered; whether the build then knows the decisions is for the guards to see.
    public mutating func isAnswered(_ redis: inout RedisConnection) throws -> Bool {
        guard !open.isEmpty else { return true }
        var commands = [["SELECT", "\(subject.database)"]]
        commands += open.map { ["EXISTS", $0.keys.answer($0.identifier)] }
        commands.append(["SELECT", "\(subject.home)"])
        let replies = try redis.roundTrip(words: commands)
        open = zip(open, replies.dropFirst()).filter { $0.1.integer == 0 }.map(\.0)
        return open.isEmpty
    }

    static func fields(_ reply: RedisValue) -> [String: [UInt8]] {
        let elements = reply.elements ?? []
        var fields: [String: [UInt8]] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            if let name = elements[index].text { fields[name] = elements[index + 1].bytes }
        }
        return fields
    }
}
