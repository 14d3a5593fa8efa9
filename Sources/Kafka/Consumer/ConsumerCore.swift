/// What a consumer keeps above librdkafka's calls: what was read ahead, where each partition continues, what is paused.
///
/// Generic over the library, so that the simulation runs this very code on a model of librdkafka's queue.
package struct ConsumerCore<Library: ConsumerLibrary & ~Copyable>: ~Copyable {
    package var library: Library
    /// The things that `fill` took and that were not handed on yet: `next` up to `count`.
    private var next = 0
    private var count = 0
    /// Whether callbacks said something that was not handed on yet.
    private var hasNotices = false
    /// librdkafka keeps a partition paused over a new assignment, and rewinds one that is resumed without being paused (2.0.2).
    private var paused: Set<TopicPartition> = []
    private var positions: ReadPositions
    private var isClosed = false

    package init(_ library: consuming Library) {
        positions = ReadPositions(topics: library.topicCount)
        self.library = library
    }

    /// The next thing that happened; never waits.
    @inline(__always)
    package mutating func poll() -> ConsumerEvent<Library.Record> {
        while next < count, !hasNotices {
            let index = next
            next &+= 1
            if let event = take(index) { return event }
        }
        return pollQueue()
    }

    @inline(__always)
    private mutating func take(_ index: Int) -> ConsumerEvent<Library.Record>? {
        switch library.take(at: index) {
        case .record(let record)?:
            positions.passed(topic: record.topic, partition: record.partition, offset: record.offset)
            return .record(record)
        case let other: return other
        }
    }

    /// What callbacks reported comes before the records that were taken with it: it may precede any of them, and a
    /// doubt that comes early costs a second look, one that comes late a wrong row.
    @inline(never)
    private mutating func pollQueue() -> ConsumerEvent<Library.Record> {
        guard !isClosed else { return .none }
        while true {
            if let notice = library.nextNotice() {
                hasNotices = true
                return notice
            }
            hasNotices = false
            while next < count {
                let index = next
                next += 1
                if let event = take(index) { return event }
            }
            next = 0
            count = library.fill()
            guard count == 0 else { continue }
            if let notice = library.nextNotice() { return notice }
            library.drained()
            return .none
        }
    }

    private mutating func dropReadAhead(_ isGone: (TopicPartition?) -> Bool) {
        for index in next..<count where isGone(library.partition(at: index)) { library.drop(at: index) }
    }

    // MARK: Assignment

    /// Whether it reads the partition, paused or not.
    package func isReading(_ partition: TopicPartition) -> Bool { positions.contains(partition) }

    package func isPaused(_ partition: TopicPartition) -> Bool { paused.contains(partition) }

    package func subscribe() throws(KafkaError) {
        try ensureOpen()
        try library.subscribe()
    }

    package mutating func assign(_ positions: [Position]) throws(KafkaError) {
        try check(positions)
        try resume(Array(paused))
        try library.assign(positions)
        // Only now: if librdkafka refused, it continues after these records.
        dropReadAhead { _ in true }
        self.positions.removeAll()
        self.positions.begin(positions)
    }

    package mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        try check(positions)
        try library.incrementalAssign(positions)
        self.positions.begin(positions)
    }

    /// Those that it does not read are left out: librdkafka refuses a list that holds one of them.
    package mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        let own = partitions.filter { isReading($0) }
        try check(own.map { Position($0, offset: 0) })
        try resume(own)
        try library.incrementalUnassign(own)
        let gone = Set(own)
        dropReadAhead { $0.map { gone.contains($0) } ?? false }
        for partition in own { positions.end(partition) }
    }

    /// Continues at these offsets, whether it reads the partitions already or not, and resumes them; all others
    /// continue where they are.
    package mutating func place(_ placed: [Position]) throws(KafkaError) {
        let moved = placed.filter { isReading($0.partition) }
        switch library.rebalancing {
        case .none:
            if !moved.isEmpty { try incrementalUnassign(moved.map(\.partition)) }
            try incrementalAssign(placed)
        case .cooperative:
            try seek(moved)
            let fresh = placed.filter { !isReading($0.partition) }
            if !fresh.isEmpty { try incrementalAssign(fresh) }
        case .eager: try replace(placed)
        }
    }

    /// A change of a cooperative member's assignment would be taken for its answer to a revocation that is still in the
    /// queue.
    private mutating func seek(_ moved: [Position]) throws(KafkaError) {
        guard !moved.isEmpty else { return }
        try check(moved)
        try resume(moved.map(\.partition))
        try library.seek(moved)
        let places = Set(moved.map(\.partition))
        dropReadAhead { $0.map { places.contains($0) } ?? false }
        positions.begin(moved)
    }

    /// An eager member may only replace the whole.
    private mutating func replace(_ placed: [Position]) throws(KafkaError) {
        let offsets = Dictionary(placed.map { ($0.partition, $0.offset) }, uniquingKeysWith: { $1 })
        let stillPaused = paused.subtracting(offsets.keys)
        let others = positions.all.filter { offsets[$0.partition] == nil }
        try assign(others + offsets.map { Position($0.key, offset: $0.value) })
        try pause(Array(stillPaused))
    }

    /// What was read ahead of them is dropped.
    package mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let running = partitions.filter { !paused.contains($0) && isReading($0) }
        guard !running.isEmpty else { return }
        try check(running.map { Position($0, offset: 0) })
        try library.pause(running)
        let silent = Set(running)
        dropReadAhead { $0.map { silent.contains($0) } ?? false }
        paused.formUnion(running)
    }

    private mutating func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let waiting = partitions.filter { paused.contains($0) }
        guard !waiting.isEmpty else { return }
        try ensureOpen()
        try library.resume(waiting)
        paused.subtract(waiting)
    }

    package func commit(_ positions: [Position]) throws(KafkaError) {
        try check(positions)
        try library.commit(positions)
    }

    package mutating func close(deadlineMilliseconds: Int) -> Bool {
        guard !isClosed else { return true }
        dropReadAhead { _ in true }
        isClosed = true
        return library.end(leaving: true, deadlineMilliseconds: deadlineMilliseconds)
    }

    private func ensureOpen() throws(KafkaError) {
        if isClosed { throw KafkaError(.closed, message: "the Kafka consumer is closed") }
    }

    private func check(_ positions: [Position]) throws(KafkaError) {
        try ensureOpen()
        for position in positions {
            let (topic, partition) = (position.partition.topic, position.partition.partition)
            guard topic >= 0, topic < library.topicCount, partition >= 0 else {
                throw KafkaError(.unknownPartition, message: "no topic \(topic) or no partition \(partition)")
            }
            // librdkafka would take a negative one for "the committed one" or "the end".
            guard position.offset >= 0 else {
                throw KafkaError(
                    .invalidOffset,
                    message: "topic \(topic), partition \(partition): \(position.offset) is not an offset")
            }
        }
    }
}
