import Projections
import Records
import Redis
import RedisServer
import Worker

/// The shipped lane on a real Redis, with events from memory instead of Kafka's.
struct LaneRun: ~Copyable {
    private static let partitions = 8
    private static let generation = "number=1 id=00000000 state=open fingerprint=gate token= deadline=0"

    private var lane: Lane<MemoryLog, RedisConnection>
    private let server: RedisServer
    private let keys: KeySpace
    private let source: MemoryEvents
    private let services = GateServices()

    init(_ workload: Workload) throws {
        let projector = try workload.projector()
        let keys = KeySpace(projection: projector.plan.name)
        let server = try RedisServer()
        let options = try Self.options(server)
        var tool = try RedisConnection.open(options)
        try tool.command("SET", keys.generation, Self.generation)
        for partition in 0..<Self.partitions {
            let start = Checkpoint(next: 0, confirmed: 0, writer: "0000000000000000", time: 0, anchor: nil)
            try tool.command([
                Array("SET".utf8), Array(keys.checkpoint("orders", Int32(partition)).utf8), start.text,
            ])
        }
        var settings = LaneSettings(
            plan: projector.plan, generationText: Array(Self.generation.utf8),
            writer: "00000000000000aa")
        settings.hasFixedPartitions = true
        source = MemoryEvents(workload.events, partitions: Self.partitions)
        lane = Lane(
            settings: settings, projector: projector, log: MemoryLog(source),
            connect: { (_) throws(RedisError) in try RedisConnection.open(options) }, control: LaneControl(),
            services: services, seed: 1)
        lane.start(fixed: (0..<Self.partitions).map { (0, Int32($0)) })
        self.keys = keys
        self.server = server
    }

    private static func options(_ server: RedisServer) throws(RedisError) -> RedisOptions {
        RedisOptions(address: try RedisAddress(server.unixURL), clientName: "gate")
    }

    /// Takes every event so many times and waits until all of them are in Redis.
    mutating func take(rounds: Int) throws {
        source.budget += source.events.count * rounds
        let deadline = services.now() + 60_000
        while source.budget > 0 || !lane.isQuiet {
            let now = services.now()
            guard now < deadline else { throw GateError("the lane stood still, \(source.budget) events were left") }
            if lane.step(now: now) { lane.sleep(now: now) }
            if let failure = services.failure { throw GateError(failure) }
        }
    }

    /// Whether what was taken has arrived.
    mutating func finish() throws {
        let done = source.offsets.reduce(0, +)
        var tool = try RedisConnection.open(Self.options(server))
        var reached: Int64 = 0
        for partition in 0..<Self.partitions {
            let text = try tool.command("GET", keys.checkpoint("orders", Int32(partition))).text ?? ""
            reached += Checkpoint(text: Array(text.utf8))?.next ?? 0
        }
        let counters = lane.counters
        guard done > 0, reached == done, counters.parked == 0, counters.skipped == 0 else {
            throw GateError("\(done) events were taken, the checkpoints say \(reached)")
        }
    }
}
