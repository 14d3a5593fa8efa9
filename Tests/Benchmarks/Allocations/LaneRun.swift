import Bytes
import Glibc
import Projections
import Redis
import RedisServer
import Worker

/// The lane's machine on a real Redis, with events from memory in place of Kafka's; its shell, without what is rare.
struct LaneRun: ~Copyable {
    private static let partitions = 8
    private static let generation = "state=live fingerprint=gate phase=0 token=- id=00000000"

    private var machine: LaneMachine
    private let server: RedisServer
    private var connection: RedisConnection?
    private var reply = Reply()
    private let keys: KeySpace
    private let events: [SampleEvent]
    private let slots: [Int]
    private var offsets: [Int64]
    /// The events that were taken, and the place of the next one.
    private var passed: Int64 = 0
    private var next = 0
    /// Partitions that fold; an event before that would be passed over.
    private var started = 0

    init(_ workload: Workload) throws {
        let projector = try workload.projector()
        let keys = KeySpace(projection: projector.plan.name)
        let server = try RedisServer()
        var tool = try RedisConnection.open(Self.options(server))
        try tool.command("SET", keys.generation(1), Self.generation)
        for partition in 0..<Self.partitions {
            let start = Checkpoint(next: 0, confirmed: 0, writer: "0000000000000000", time: 0, anchor: nil)
            try tool.command([
                Array("SET".utf8), Array(keys.checkpoint(1, "orders", Int32(partition)).utf8), start.text,
            ])
        }
        let settings = LaneSettings(
            plan: projector.plan, generation: 1, generationText: Array(Self.generation.utf8),
            writer: "00000000000000aa")
        var machine = LaneMachine(settings: settings, projector: projector, seed: 1)
        slots = machine.assigned((0..<Self.partitions).map { (0, Int32($0)) })
        offsets = Array(repeating: 0, count: Self.partitions)
        events = workload.events
        self.keys = keys
        self.server = server
        self.machine = machine
    }

    private static func options(_ server: RedisServer) throws(RedisError) -> RedisOptions {
        RedisOptions(address: try RedisAddress(server.unixURL), clientName: "gate")
    }

    /// Takes every event so many times and waits until all of them are in Redis.
    mutating func take(rounds: Int, _ headers: borrowing HeaderList) throws {
        let end = passed + Int64(events.count * rounds)
        let deadline = Self.now() + 60_000
        while passed < end || !machine.isQuiet {
            guard Self.now() < deadline else { throw GateError("the lane stood still at \(passed) of \(end) events") }
            let emptied = offer(until: end, headers)
            machine.advance(now: Self.now(), queueIsEmpty: emptied)
            try perform()
            if !(try exchange()), emptied || !machine.wantsEvents { wait() }
        }
    }

    /// Whether what was taken has arrived.
    mutating func finish() throws {
        let done = offsets.reduce(0, +)
        var tool = try RedisConnection.open(Self.options(server))
        var reached: Int64 = 0
        for partition in 0..<Self.partitions {
            let text = try tool.command("GET", keys.checkpoint(1, "orders", Int32(partition))).text ?? ""
            reached += Checkpoint(text: Array(text.utf8))?.next ?? 0
        }
        guard done > 0, reached == done, machine.counters.parked == 0, machine.counters.skipped == 0 else {
            throw GateError("\(done) events were taken, the checkpoints say \(reached)")
        }
    }

    /// At most a slice, as the lane takes them; answers whether there are no more.
    private mutating func offer(until end: Int64, _ headers: borrowing HeaderList) -> Bool {
        for _ in 0..<256 {
            guard passed < end else { return true }
            guard started == Self.partitions, machine.wantsEvents, take(events[next], headers) else { return false }
            passed += 1
            next = next + 1 == events.count ? 0 : next + 1
        }
        return false
    }

    private mutating func take(_ sample: SampleEvent, _ headers: borrowing HeaderList) -> Bool {
        // Keys stay in their partitions.
        let partition = next % Self.partitions
        let event = Event(
            topic: 0, partition: Int32(partition), offset: offsets[partition], timestamp: 1_700_000_000_000,
            key: sample.key.span, value: sample.value.span, headers: headers)
        let taken = machine.take(event, headers: headers, slot: slots[partition], now: Self.now())
        guard case .taken = taken else { return false }
        // The partitions take turns, so that each event is the last one of a run.
        machine.anchor(event, headers: headers, slot: slots[partition])
        offsets[partition] += 1
        return true
    }

    private mutating func perform() throws {
        while let action = machine.nextAction() {
            switch action {
            case .connect:
                connection = try RedisConnection.open(Self.options(server))
                machine.connected(now: Self.now())
            case .settle(let slots): try settle(slots)
            case .verify(let slot): machine.verified(slot, damage: nil, now: Self.now())
            case .attend: machine.attended(reload: [])
            case .place, .pause, .commit: break
            case .report(.started): started += 1
            case .report(.connected), .report(.unverified): break
            default: throw GateError("the lane did not run as usual: \(action)")
            }
        }
    }

    private mutating func settle(_ slots: [Int]) throws {
        var settlement = Settlement(generation: Array(Self.generation.utf8))
        settlement.wallClock = 1_700_000_000_000
        for slot in slots {
            let name = keys.checkpoint(1, "orders", machine.partition(slot).partition)
            let text = try connection?.command("GET", name).bytes
            settlement.partitions.append(.init(slot: slot, checkpoint: text, low: 0, high: .max))
        }
        machine.settled(settlement, now: Self.now())
    }

    private mutating func exchange() throws -> Bool {
        var any = false
        if !machine.output.isEmpty {
            let taken = try Self.write(machine.output, to: &connection)
            machine.output.removeFirst(taken)
        }
        while try connection?.receive() == true {
            while true {
                let queued = connection?.takeQueued(upTo: machine.expectedQueued) ?? 0
                if queued > 0 { machine.receivedQueued(queued, now: Self.now()) }
                guard try connection?.nextReply(&reply) == true else { break }
                any = true
                machine.received(reply, now: Self.now())
            }
        }
        return any
    }

    private static func write(
        _ bytes: borrowing ByteBuffer, to connection: inout RedisConnection?
    ) throws(RedisError) -> Int {
        try connection?.write(bytes.span) ?? 0
    }

    private mutating func wait() {
        let events = Int16(POLLIN) | (machine.output.isEmpty ? 0 : Int16(POLLOUT))
        var descriptor = pollfd(fd: connection?.descriptor ?? -1, events: events, revents: 0)
        _ = unsafe poll(&descriptor, 1, 100)
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
