import Kafka

@testable import Worker

/// One member's librdkafka, as its queue shows it: what was fetched, ends, errors and rebalances in their order,
/// versions of partitions that make what is older outdated, positions that continue from what was handed over.
final class ModelKafka {
    struct Partition {
        /// What is fetched next, and what the application has taken all before.
        var fetched: Int64
        var taken: Int64
        var version: Int
        var isPaused = false
        /// librdkafka's own pause, during a cooperative rebalance.
        var isHeldBack = false
        var endTold: Int64 = -1
    }

    enum Element {
        case record(ModelRecord, version: Int)
        case end(Int, Int64, version: Int)
        case fault(Int, Int64, KafkaError, version: Int)
        case error(KafkaError)
        case rebalance(Rebalance)
    }

    private unowned let world: World
    private(set) var partitions: [Int: Partition] = [:]
    private var queue: [Element] = []
    private var notices: [Element] = []
    private var taken: [Element?] = []
    private var version = 0
    private var rebalances = 0
    /// What the group gave this member and did not take back; while a rebalance is not answered no other one comes.
    private(set) var given: Set<Int> = []
    private(set) var pending: Rebalance?
    /// From a revocation that the member knows of to the next assignment.
    private var isBetween = false
    var isEager = false
    /// At most this many things are taken in one call.
    var room = 128
    /// The plant: a callback calls rd_kafka_yield.
    var yields = false
    /// What its own thread does once, in the middle of a call that takes records.
    var duringFill: (() -> Void)?
    /// What happens once while partitions are given up: librdkafka's call lasts until its own threads have answered.
    var duringUnassign: (() -> Void)?
    /// One in this many placements is refused; 0: none.
    var refusals = 0

    init(_ world: World) { self.world = world }

    // MARK: What the group and the broker do

    func post(_ kind: Rebalance.Kind, _ given: [Int]) {
        rebalances += 1
        let rebalance = Rebalance(
            kind: kind, partitions: given.map { TopicPartition(topic: 0, partition: Int32($0)) },
            isCooperative: !isEager, number: rebalances)
        pending = rebalance
        switch kind {
        case .assigned: self.given.formUnion(given)
        case .revoked: break
        case .lost: self.given.subtract(given)
        }
        for partition in Array(partitions.keys) { holdBack(partition) }
        queue.append(.rebalance(rebalance))
    }

    /// Its own thread pauses what is assigned, and continues later from where the application stands.
    private func holdBack(_ partition: Int) {
        partitions[partition]?.isHeldBack = true
        outdate(partition)
    }

    /// What is in the queue of it counts no more; fetching continues from where the application stands.
    private func outdate(_ partition: Int) {
        guard var state = partitions[partition] else { return }
        version += 1
        state.version = version
        state.fetched = state.taken
        state.endTold = -1
        partitions[partition] = state
    }

    func fail(_ error: KafkaError) { queue.append(.error(error)) }

    /// Fetches up to that many records of random partitions.
    func fetch(_ count: Int) {
        guard !world.isKafkaAway else { return }
        for _ in 0..<count {
            let ready = partitions.keys.sorted().filter { canFetch($0) }
            guard let partition = ready.randomElement(using: &world.random) else { return }
            fetchNext(partition)
        }
    }

    private func canFetch(_ partition: Int) -> Bool {
        guard let state = partitions[partition], !state.isPaused, !state.isHeldBack else { return false }
        return state.fetched != world.log.end(partition) || state.endTold != state.fetched
    }

    private func fetchNext(_ partition: Int) {
        guard var state = partitions[partition] else { return }
        defer { partitions[partition] = state }
        let end = world.log.end(partition)
        guard state.fetched <= end, state.fetched >= world.log.low[partition] else {
            let error = KafkaError(.offsetOutOfRange, message: "the log has no offset \(state.fetched)")
            queue.append(.fault(partition, state.fetched, error, version: state.version))
            state.isPaused = true
            return
        }
        while state.fetched < end, world.log.records[partition][Int(state.fetched)] == nil { state.fetched += 1 }
        guard state.fetched < end, let record = world.log.records[partition][Int(state.fetched)] else {
            queue.append(.end(partition, state.fetched, version: state.version))
            state.endTold = state.fetched
            return
        }
        queue.append(
            .record(ModelRecord(record, partition: partition, world: world), version: state.version))
        state.fetched += 1
    }

    // MARK: The queue

    func fill() -> Int {
        taken = []
        var hasYielded = false
        while taken.count < room, !queue.isEmpty {
            let element = queue.removeFirst()
            switch element {
            case .error, .rebalance:
                notices.append(element)
                hasYielded = yields
            case .record(let record, let version):
                guard partitions[Int(record.partition)]?.version == version else { continue }
                if hasYielded { return taken.count }
                taken.append(element)
                handOver(record)
                duringFill.take()?()
            case .end(let partition, _, let version), .fault(let partition, _, _, let version):
                guard partitions[partition]?.version == version else { continue }
                if hasYielded { return taken.count }
                taken.append(element)
            }
        }
        return taken.count
    }

    /// Where the application stands follows each record, not each call.
    private func handOver(_ record: ModelRecord) {
        let next = record.offset + 1
        if let before = partitions[Int(record.partition)]?.taken, before < next {
            partitions[Int(record.partition)]?.taken = next
        }
    }

    func element(_ index: Int) -> Element? { taken[index] }
    func drop(_ index: Int) { taken[index] = nil }

    func nextNotice() -> Element? {
        guard !notices.isEmpty else { return nil }
        let notice = notices.removeFirst()
        if case .rebalance(let rebalance) = notice, rebalance.kind != .assigned { isBetween = true }
        return notice
    }

    // MARK: Assignment

    private func refuseSometimes() throws(KafkaError) {
        if refusals > 0, world.chance(1, in: refusals) {
            throw KafkaError(.other, message: "librdkafka refuses it")
        }
    }

    private func answered(_ kinds: [Rebalance.Kind]) {
        guard let rebalance = pending, kinds.contains(rebalance.kind) else { return }
        pending = nil
        if rebalance.kind == .assigned { isBetween = false }
        if rebalance.kind == .revoked { given.subtract(rebalance.partitions.map { Int($0.partition) }) }
        for partition in Array(partitions.keys) { partitions[partition]?.isHeldBack = false }
    }

    private func begin(_ positions: [Position]) {
        for position in positions {
            version += 1
            partitions[Int(position.partition.partition)] = Partition(
                fetched: position.offset, taken: position.offset, version: version)
        }
    }

    func assign(_ positions: [Position]) throws(KafkaError) {
        if !positions.isEmpty { try refuseSometimes() }
        partitions.removeAll()
        begin(positions)
        answered(positions.isEmpty ? [.assigned, .revoked, .lost] : [])
    }

    func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        if !positions.isEmpty { try refuseSometimes() }
        for position in positions where partitions[Int(position.partition.partition)] != nil {
            throw KafkaError(.other, message: "partition \(position.partition.partition) is assigned already")
        }
        begin(positions)
        if positions.isEmpty { answered([.assigned]) }
    }

    func incrementalUnassign(_ gone: [TopicPartition]) throws(KafkaError) {
        duringUnassign.take()?()
        for partition in gone where partitions[Int(partition.partition)] == nil {
            throw KafkaError(.other, message: "partition \(partition.partition) is not assigned")
        }
        for partition in gone { partitions[Int(partition.partition)] = nil }
        let leaving = Set(pending?.partitions ?? [])
        if gone.allSatisfy({ leaving.contains($0) }) { answered([.revoked, .lost]) }
    }

    func seek(_ positions: [Position]) throws(KafkaError) {
        try refuseSometimes()
        for position in positions {
            let partition = Int(position.partition.partition)
            guard partitions[partition] != nil else {
                throw KafkaError(.other, message: "partition \(partition) is not assigned")
            }
            partitions[partition]?.taken = position.offset
            outdate(partition)
        }
    }

    func pause(_ paused: [TopicPartition]) throws(KafkaError) {
        for partition in paused {
            let partition = Int(partition.partition)
            partitions[partition]?.isPaused = true
            outdate(partition)
        }
    }

    func resume(_ resumed: [TopicPartition]) {
        for partition in resumed { partitions[Int(partition.partition)]?.isPaused = false }
    }

    func commit() {
        if isBetween { world.violation("offsets were committed in the middle of a rebalance") }
    }
}
