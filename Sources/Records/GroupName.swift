/// What the consumer group is called in which lanes share the partitions of one generation: `PREFIX-NUMBER-ID`.
public enum GroupName {
    /// `prefix`: what `worker: { group }` says; nil: `lantern-PROJECTION`.
    public static func of(prefix: String?, projection: String, number: Int, identifier: String) -> String {
        "\(prefix ?? "lantern-\(projection)")-\(number)-\(identifier)"
    }
}
