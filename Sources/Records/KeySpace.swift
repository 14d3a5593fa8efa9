/// The names of Lantern's own keys for one projection in one database (StoredKeys.md); no view's template can make them.
///
/// A database holds one generation of a projection, so no name has its number: the same names mean another generation
/// after a promotion, and the generation's record says which.
public struct KeySpace: Sendable, Equatable {
    public let projection: String

    public init(projection: String) { self.projection = projection }

    /// How each of Lantern's own keys begins.
    public static let prefix = "lantern:"
    /// Which templates belong to which projection, for all projections in this database.
    public static let claims = "lantern:claims"
    /// What was done to the generations of the home database: who, when, which command, with which result.
    public static let history = "lantern:history"
    /// In the home database: what each worker says of itself; see ``WorkerEntry``.
    public static let workers = "lantern:workers"

    /// The generation record: every transaction compares it.
    public var generation: String { "lantern:\(projection):generation" }
    /// What the generation was built from, and notes for `status`: see ``About``.
    public var about: String { "lantern:\(projection):about" }
    public var growth: String { "lantern:\(projection):growth" }
    public var damage: String { "lantern:\(projection):damage" }
    /// Why a worker cannot run it now: a text that expires unless the worker renews it.
    public var blocked: String { "lantern:\(projection):blocked" }
    /// A stream that names the rows that each transaction changed, if the projection has `changes: true`: see ``ChangeEntry``.
    public var changes: String { "lantern:\(projection):changes" }
    /// What the operator asks of parked events: a hash, carried out by the lane that owns the partition.
    public var requests: String { "lantern:\(projection):requests" }
    /// The lane's answer to one request; expires by itself.
    public func answer(_ identifier: String) -> String { "lantern:\(projection):answer:\(identifier)" }
    /// What the operator skipped and edited, by topic, partition and offset; the next generation inherits it.
    public var ledger: String { "lantern:\(projection):ledger" }
    /// The schemas of its binary events, by their ids in the registry: see ``StoredSchema``.
    public var schemas: String { "lantern:\(projection):schemas" }

    public func checkpoint(_ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):checkpoint:\(topic):\(partition)"
    }

    /// A hash: offset → the parked record.
    public func parked(_ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):parked:\(topic):\(partition)"
    }

    /// A sorted set: score offset, member `OFFSET:KEY`, so that a lane can learn the parked keys without the records.
    public func parkedIndex(_ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):parked-index:\(topic):\(partition)"
    }

    /// Every key of the projection, as a pattern for SCAN.
    public var pattern: String { "lantern:\(projection):*" }

    /// In the place of an offset: all that a partition has parked.
    public static let all = "all"

    /// `TOPIC:PARTITION:OFFSET`, how the ledger and the requests name an event.
    public static func eventName(_ topic: String, _ partition: Int32, _ offset: Int64) -> String {
        "\(topic):\(partition):\(offset)"
    }

    /// The name under which `lantern bench` keeps its rows for the time of a measurement.
    public static func scratch(_ owner: String) -> String { "\(prefix)\(owner):" }

    /// Whether a key is one of Lantern's own, whatever projection or tool it is of.
    public static func isOwn(_ key: [UInt8]) -> Bool { key.starts(with: prefix.utf8) }

    /// The projection that one of Lantern's own keys belongs to, and what it holds of it, such as `checkpoint`; nil for a
    /// key of another kind. A projection's name has no dots: those of `lantern bench` are no projection's.
    public static func owner(of key: [UInt8]) -> (projection: String, kind: String)? {
        guard isOwn(key), let text = String(validating: key, as: UTF8.self) else { return nil }
        let words = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count > 2, !words[1].contains(".") else { return nil }
        return (String(words[1]), String(words[2]))
    }

    /// What of a projection's keys is one generation's own; the others (ledger, requests, answers) outlive it.
    public static let kindsOfGeneration: Set = [
        "generation", "about", "growth", "damage", "checkpoint", "parked", "parked-index", "changes", "schemas",
    ]
}
