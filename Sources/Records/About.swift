/// The fields of a generation's `about` hash: what it was built from, and notes for `status`; no transaction compares it.
public enum About {
    /// The projection's version.
    public static let version = "version"
    /// Kafka's cluster id.
    public static let cluster = "cluster"
    /// `yes` if it began with `--allow-partial`.
    public static let partial = "partial"
    /// The projection's definition as YAML, so that a later worker can fold the generation again.
    public static let definition = "definition"
    /// Which program made the generation.
    public static let builtBy = "built-by"
    /// When it did, by its own clock in milliseconds since 1970.
    public static let builtAt = "built-at"
    /// Of a build as of then: where it stops, see ``StopOffsets``; such a build is never promoted.
    public static let until = "until"
    /// Of a build that `lantern verify` compares with what is live: which share of its rows it keeps, `1/N`; such a build is
    /// never joined or promoted.
    public static let audit = "audit"
    /// How many events a second a build may fold, in all its processes together; missing: as many as they can.
    public static let maxRate = "max-rate"
    /// How many events a second it folded while it was built, in all processes together: `plan` tells the time by it.
    public static let buildRate = "build-rate"
    /// When it became live by a promotion, by Redis's clock in milliseconds since 1970.
    public static let promotedAt = "promoted-at"
    /// The token of that promotion: by it a promoter knows its own work.
    public static let promotion = "promotion"
    /// Who made it live.
    public static let promotedBy = "promoted-by"
    /// When it ceased to be live by a promotion, by Redis's clock in milliseconds since 1970.
    public static let liveUntil = "live-until"

    /// What `lantern verify` has found in a view's rows: see ``VerifiedRows``.
    public static func verified(_ view: String) -> String { "verified:\(view)" }
    /// The id that Kafka gave the topic when it was made.
    public static func topicID(_ topic: String) -> String { "topic-id:\(topic)" }
    /// Where `--allow-partial` began.
    public static func start(_ topic: String, _ partition: Int32) -> String { "start:\(topic):\(partition)" }
    /// What a lane last noted of the partition: `projecting`, `refused …` or `halted …`. No fence keeps it from writing that
    /// after a promotion has exchanged the databases: the identifier says which generation it is about.
    public static func state(_ identifier: String, _ topic: String, _ partition: Int32) -> String {
        "state:\(identifier):\(topic):\(partition)"
    }
    /// How often Redis lost acknowledged writes of the partition.
    public static func rewinds(_ identifier: String, _ topic: String, _ partition: Int32) -> String {
        "rewinds:\(identifier):\(topic):\(partition)"
    }
}
