import Bytes
import Projections
import Redis

/// What is compared in one step: a row, or some members of a large one.
struct ComparedUnit {
    /// Of the comparison's views.
    let view: Int
    let key: [UInt8]
    /// Of a large row only these; nil: all of it.
    var members: [[UInt8]]?
    /// Of a large row that one side lacks: only whether it is there.
    var isPresence = false

    /// What live had when it was looked at last, and how far live was.
    var before: (value: RedisValue, at: CheckpointVector)?
    var looks = 0
    /// How often in succession both sides differed although live had not changed.
    var timesDifferent = 0
    /// Whether live was ever seen to change it.
    var hasMoved = false

    /// Notes a look after which both sides differ.
    mutating func note(isStill: Bool) {
        timesDifferent = isStill ? timesDifferent + 1 : 0
        if !isStill { hasMoved = true }
    }

    var size: Int { members?.count ?? 1 }

    /// The command that reads it.
    func append(_ kind: ViewKind, to commands: inout CommandBuffer) {
        if isPresence {
            commands.begin(2)
            commands.argument("EXISTS")
            commands.argument(key)
        } else if let members {
            commands.begin(2 + members.count)
            switch kind {
            case .set: commands.argument("SMISMEMBER")
            case .sortedSet, .latest: commands.argument("ZMSCORE")
            default: commands.argument("HMGET")
            }
            commands.argument(key)
            for member in members { commands.argument(member) }
        } else {
            switch kind {
            case .hash, .buckets: Self.append(["HGETALL"], key, [], to: &commands)
            case .document, .counter, .unique: Self.append(["GET"], key, [], to: &commands)
            case .set: Self.append(["SMEMBERS"], key, [], to: &commands)
            case .sortedSet, .latest: Self.append(["ZRANGE"], key, ["0", "-1", "WITHSCORES"], to: &commands)
            }
        }
    }

    private static func append(
        _ name: [String], _ key: [UInt8], _ rest: [String], to commands: inout CommandBuffer
    ) {
        commands.begin(name.count + 1 + rest.count)
        for word in name { commands.argument(text: word) }
        commands.argument(key)
        for word in rest { commands.argument(text: word) }
    }
}
