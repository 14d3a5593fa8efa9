/// How far a build is beside the live generations, partition by partition.
public struct BuildProgress: Sendable, Equatable {
    public struct Partition: Sendable, Equatable {
        public var projection: String
        public var topic: String
        public var partition: Int32
        /// The next offset of the live checkpoint (or where the build stops, if that is less), and of the build's.
        public var live: Int64
        public var build: Int64

        public var remaining: Int64 { max(0, live - build) }
    }

    public var partitions: [Partition] = []

    public init() {}

    /// Events that the live side has passed and the build has not.
    public var remaining: Int64 { partitions.reduce(0) { $0 + $1.remaining } }
    /// Events that the build has passed.
    public var reached: Int64 { partitions.reduce(0) { $0 + $1.build } }
}
