/// What a partition's log holds, for readers of committed records and for those who see open transactions too.
public struct LogBounds: Sendable, Equatable {
    /// The first offset that there still is.
    public var low: Int64
    /// The last stable offset: an open transaction holds back what is behind it.
    public var readable: Int64
    /// The high watermark.
    public var end: Int64
    /// How long Kafka keeps a record, in milliseconds; nil: as long as it likes, or it is not known.
    public var retention: Int64?
    /// The timestamp of the first record that there still is, in milliseconds since 1970; nil: not asked for, or none.
    public var firstTime: Int64?

    public init(low: Int64, readable: Int64, end: Int64) {
        self.low = low
        self.readable = readable
        self.end = end
    }
}
