import Glibc
import Observing
import Records
import Redis

/// One worker's entries in the home databases of its projections, and what is remembered of them from second to second.
struct RegistryRound: ~Copyable {
    private let id: String
    private let version: String
    private let host = Self.name()
    private let pod = Self.environment("POD_NAME") ?? ""
    private var redis: RedisConnection?
    private var windows: [String: FreshnessWindow] = [:]
    /// Home database → when this process began, by Redis's clock.
    private var homes: [Int: Int64] = [:]

    init(_ id: String, _ version: String) {
        self.id = id
        self.version = version
    }

    /// Writes the entries; throws `RedisError`, and then the next call opens a new connection.
    mutating func write(_ keeper: FigureKeeper, sweeps: Bool, now: Int64) throws {
        let runners = keeper.runners
        guard let first = runners.first else { return }
        let figures = keeper.figures()
        let told = zip(runners, figures.projections).map { runner, figures in
            (home: runner.settings.redis.address.database, projection: tell(figures, of: runner, now: now))
        }
        var options = first.settings.redis
        options.clientName = "lantern-workers"
        var connection = try redis.take() ?? RedisConnection.open(options)
        for home in Set(told.map(\.home)).sorted() {
            var entry = WorkerEntry(id: id)
            entry.version = version
            entry.host = host
            entry.pod = pod
            entry.process = Int64(getpid())
            entry.started = homes[home] ?? 0
            entry.lanes = first.settings.lanes
            entry.projections = told.filter { $0.home == home }.map(\.projection)
            try connection.command("SELECT", "\(home)")
            let time = try WorkerRegistry.write(&entry, &connection)
            homes[home] = entry.started
            if sweeps { try WorkerRegistry.removeOld(at: time, &connection) }
        }
        redis = consume connection
    }

    private mutating func tell(
        _ figures: ProjectionFigures, of runner: ProjectionRunner, now: Int64
    ) -> WorkerProjection {
        var told = WorkerProjection(name: figures.name, fingerprint: runner.settings.fingerprint)
        told.role = figures.role
        told.state = figures.state
        told.reason = figures.reason
        told.number = figures.generation
        told.generation = figures.identifier
        if figures.identifier != nil { told.database = runner.redis.address.database }
        let snapshots = runner.snapshots
        var freshness = Histogram(bounds: LaneFigures.freshnessBounds)
        var phases = PhaseFigures()
        for lane in figures.lanes {
            freshness.add(lane.freshness)
            phases.add(lane.phases)
        }
        let key = "\(figures.name) \(figures.role.rawValue) \(figures.identifier ?? "")"
        var window = windows[key] ?? FreshnessWindow()
        window.add(
            freshness, events: snapshots.reduce(0) { $0 + $1.counters.events }, phases: phases, now: now)
        windows[key] = window
        told.rate = window.rate
        told.freshnessMedian = window.quantile(0.5)
        told.freshness99 = window.quantile(0.99)
        told.recent99 = window.recent(0.99)
        told.phases = window.phases
        guard figures.state == .running else { return told }
        told.partitions = snapshots.flatMap(\.partitions).map { WorkerPartition($0) }
        return told
    }

    /// The worker ends.
    mutating func remove() {
        guard var connection = redis.take() else { return }
        for home in homes.keys {
            do {
                try connection.command("SELECT", "\(home)")
                try WorkerRegistry.remove(id, &connection)
            } catch { return }
        }
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private static func name() -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension WorkerPartition {
    fileprivate init(_ partition: LaneSnapshot.Partition) {
        let state: State =
            switch partition.phase {
            case .starting: .starting
            case .folding: .projecting
            case .halted: .halted
            }
        self.init(
            partition.topic, partition.partition, state: state,
            reason: partition.haltReason.map { "\($0.code.rawValue): \($0.message)" })
    }
}
