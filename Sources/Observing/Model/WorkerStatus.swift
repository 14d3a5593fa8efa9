public import Records

/// A worker process, as it says itself.
public struct WorkerStatus: Sendable, Encodable, Equatable {
    public struct Projection: Sendable, Encodable, Equatable {
        public var name: String
        public var fingerprint: String
        /// `live` or `build`.
        public var role: String
        /// `starting`, `running`, `idle`, `blocked` or `ended`.
        public var state: String
        public var reason: String?
        public var generation: Int?
        public var database: Int?
        public var partitions: Int
    }

    public var id: String
    public var version: String
    public var host: String
    public var pod: String
    public var process: Int64
    /// Lanes for each projection.
    public var lanes: Int
    /// By Redis's clock, in milliseconds since 1970.
    public var started: Int64
    /// How old its entry is, in milliseconds.
    public var age: Int64
    public var projections: [Projection]

    /// `time` is Redis's clock.
    public init(_ entry: WorkerEntry, at time: Int64) {
        id = entry.id
        version = entry.version
        host = entry.host
        pod = entry.pod
        process = entry.process
        lanes = entry.lanes
        started = entry.started
        age = max(0, time - entry.stamp)
        projections = entry.projections.map {
            Projection(
                name: $0.name, fingerprint: $0.fingerprint, role: $0.role.rawValue, state: $0.state.rawValue,
                reason: $0.reason, generation: $0.number, database: $0.database, partitions: $0.partitions.count)
        }
    }
}
