/// The names of Lantern's own keys for one projection (StoredKeys.md); no view's template can make them.
public struct KeySpace: Sendable, Equatable {
    public let projection: String

    public init(projection: String) { self.projection = projection }

    /// Which templates belong to which projection, for all projections that share this Redis.
    public static let claims = "lantern:claims"

    /// The live generation's number, a copy for readers.
    public var live: String { "lantern:\(projection):live" }
    /// Why a worker cannot run it now: a text that expires unless the worker renews it.
    public var blocked: String { "lantern:\(projection):blocked" }
    /// What the operator asks of parked events: a hash, carried out by the lane that owns the partition.
    public var requests: String { "lantern:\(projection):requests" }
    /// The lane's answer to one request; expires by itself.
    public func answer(_ identifier: String) -> String { "lantern:\(projection):answer:\(identifier)" }
    /// What the operator skipped and edited, by topic, partition and offset; outlives generations.
    public var ledger: String { "lantern:\(projection):ledger" }

    public func generation(_ number: Int) -> String { "lantern:\(projection):generation:\(number)" }
    public func about(_ number: Int) -> String { "lantern:\(projection):\(number):about" }
    public func growth(_ number: Int) -> String { "lantern:\(projection):\(number):growth" }
    public func damage(_ number: Int) -> String { "lantern:\(projection):\(number):damage" }

    public func checkpoint(_ number: Int, _ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):\(number):checkpoint:\(topic):\(partition)"
    }

    /// A hash: offset → the parked record.
    public func parked(_ number: Int, _ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):\(number):parked:\(topic):\(partition)"
    }

    /// A sorted set: score offset, member `OFFSET:KEY`, so that a lane can learn the parked keys without the records.
    public func parkedIndex(_ number: Int, _ topic: String, _ partition: Int32) -> String {
        "lantern:\(projection):\(number):parked-index:\(topic):\(partition)"
    }

    /// Every key of one generation, as a pattern for SCAN.
    public func generationPattern(_ number: Int) -> String { "lantern:\(projection):\(number):*" }

    /// In the place of an offset: all that a partition has parked.
    public static let all = "all"

    /// `TOPIC:PARTITION:OFFSET`, how the ledger and the requests name an event.
    public static func eventName(_ topic: String, _ partition: Int32, _ offset: Int64) -> String {
        "\(topic):\(partition):\(offset)"
    }
}
