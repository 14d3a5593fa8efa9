import FoundationEssentials

/// How everything is: the one value that `lantern status`, the gateway, its page, metrics and health read.
///
/// It holds what is in Redis and in Kafka, whichever worker wrote it, so that every process sees the same.
public struct StatusModel: Sendable, Encodable {
    /// When it was read, by this machine's clock in milliseconds since 1970.
    public var at: Int64
    public var redis = RedisStatus(isUp: false)
    public var kafka = KafkaStatus()
    /// Those whose entries are not older than ten seconds.
    public var workers: [WorkerStatus] = []
    public var projections: [ProjectionStatus] = []
    public var verdict: Verdict?

    public init(at: Int64) { self.at = at }

    /// As `lantern status --json` and the gateway's `/status` show it; names are sorted.
    /// `isBrief`: without what of partitions is 0 or can be told from the rest, for whoever asks again and again.
    public func json(isPretty: Bool = false, isBrief: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder()
        if isBrief { encoder.userInfo = PartitionStatus.brief }
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return (try? encoder.encode(self)).map { Array($0) } ?? Array("{}".utf8)
    }
}
