import Kafka
import KafkaServer
import Testing

extension RealKafkaTests {
    /// Two members of one group, polled in turn by one thread, that answer rebalances only after the poll, some polls
    /// later: librdkafka must wait for the answer.
    struct Member: ~Copyable {
        var consumer: Consumer
        var seen = Seen()
        var held: Set<TopicPartition> = []
        var answered = 0
        var polls = 0

        init(_ topic: String, group: String, _ more: [(String, String)] = []) throws {
            let consumer = try makeConsumer(RealKafka.servers(), topics: [topic], group: group, more)
            try consumer.subscribe()
            self.consumer = consumer
        }

        /// `next` is where to begin in each partition, as a worker would read it from Redis.
        mutating func turn(_ next: inout [TopicPartition: Int64]) throws {
            consumer.clearWake()
            let before = seen.records.count
            while take(&consumer, into: &seen) {}
            for record in seen.records[before...] {
                let partition = TopicPartition(topic: 0, partition: record.partition)
                #expect(held.contains(partition), "a record of a partition that is not held")
                #expect(record.offset == next[partition, default: 0], "a record twice, or one left out")
                next[partition] = record.offset + 1
            }
            // Each answer is left for three turns: it is not given from within librdkafka's callback, nor soon after.
            guard answered < seen.rebalances.count else { return }
            polls += 1
            guard polls >= 3 else { return }
            polls = 0
            try answer(seen.rebalances[answered], next)
            answered += 1
        }

        mutating func answer(_ rebalance: Rebalance, _ next: [TopicPartition: Int64]) throws {
            switch (rebalance.kind, rebalance.isCooperative) {
            case (.assigned, false):
                held = Set(rebalance.partitions)
                try consumer.assign(rebalance.partitions.map { Position($0, offset: next[$0, default: 0]) })
            case (.assigned, true):
                held.formUnion(rebalance.partitions)
                try consumer.incrementalAssign(rebalance.partitions.map { Position($0, offset: next[$0, default: 0]) })
            case (_, false):
                held = []
                try consumer.assign([])
            case (_, true):
                held.subtract(rebalance.partitions)
                try consumer.incrementalUnassign(rebalance.partitions)
            }
        }
    }

    @Test(arguments: RealKafka.strategies)
    func `answers to a rebalance may come long after the callback`(strategy: String) throws {
        let topic = "group-\(strategy.prefix(5))"
        try RealKafka.makeTopic(topic, partitions: 4)
        for partition: Int32 in 0..<4 { try RealKafka.fill(topic, 100, partition: partition) }
        var next: [TopicPartition: Int64] = [:]
        let more = [("partition.assignment.strategy", strategy), ("heartbeat.interval.ms", "300")]
        var first = try Member(topic, group: topic, more)
        let end = milliseconds() + 300_000
        while first.held.count < 4 || next.values.reduce(0, +) < 400, milliseconds() < end {
            try first.turn(&next)
            _ = waits(first.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(first.held.count == 4)
        var second = try Member(topic, group: topic, more)
        // Eager: the first gives up all, and the second may have its share before the first has its own again.
        while second.held.count != 2 || first.held.count != 2, milliseconds() < end {
            try first.turn(&next)
            try second.turn(&next)
            _ = waits(second.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(first.held.count == 2)
        #expect(second.held.count == 2)
        #expect(first.held.isDisjoint(with: second.held))
        for partition: Int32 in 0..<4 { try RealKafka.fill(topic, 50, partition: partition) }
        while next.values.reduce(0, +) < 600, milliseconds() < end {
            try first.turn(&next)
            try second.turn(&next)
            _ = waits(second.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(next.values.allSatisfy { $0 == 150 })
        // One partition set back in a group, while the others continue where they stood.
        let back = try #require(second.held.first)
        try second.consumer.place([Position(back, offset: 140)])
        next[back] = 140
        while next[back] != 150, milliseconds() < end {
            try first.turn(&next)
            try second.turn(&next)
            _ = waits(second.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(next.values.allSatisfy { $0 == 150 })
        // The one that leaves gives everything to the other.
        let isClosed = second.consumer.close(deadlineMilliseconds: 60_000)
        #expect(isClosed)
        while first.held.count < 4, milliseconds() < end {
            try first.turn(&next)
            _ = waits(first.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(first.held.count == 4)
        first.consumer.commit(next.map { Position($0.key, offset: $0.value) })
        // A request that timed out on a busy machine is no fault of the group.
        #expect(!first.seen.errors.contains { $0.isFatal })
    }

    @Test(arguments: RealKafka.strategies)
    func `one partition is set back in the middle of what was read ahead`(strategy: String) throws {
        let topic = "back-\(strategy.prefix(5))"
        try RealKafka.makeTopic(topic, partitions: 24)
        let filled: [Int32] = [3, 20]
        for partition in filled { try RealKafka.fill(topic, 1_000, partition: partition) }
        var next: [TopicPartition: Int64] = [:]
        var member = try Member(topic, group: topic, [("partition.assignment.strategy", strategy)])
        let end = milliseconds() + 300_000
        while member.held.count < 24, milliseconds() < end {
            try member.turn(&next)
            _ = waits(member.consumer.wakeDescriptor, milliseconds: 20)
        }
        try member.consumer.place(member.held.map { Position($0, offset: 0) })
        next = [:]
        for round in 0..<20 {
            // So many records that others of both partitions are read ahead.
            member.seen = Seen()
            while member.seen.records.count < 7 + round, milliseconds() < end {
                if !take(&member.consumer, into: &member.seen) {
                    _ = waits(member.consumer.wakeDescriptor, milliseconds: 20)
                }
            }
            for record in member.seen.records {
                let partition = TopicPartition(topic: 0, partition: record.partition)
                #expect(record.offset == next[partition, default: 0], "a record twice, or one left out")
                next[partition] = record.offset + 1
            }
            let moved = TopicPartition(topic: 0, partition: filled[round % 2])
            next[moved] = Int64(round)
            try member.consumer.place([Position(moved, offset: Int64(round))])
        }
        member.seen = Seen()
        while next.count < 2 || next.values.contains(where: { $0 < 1_000 }), milliseconds() < end {
            try member.turn(&next)
            _ = waits(member.consumer.wakeDescriptor, milliseconds: 20)
        }
        #expect(next.values.allSatisfy { $0 == 1_000 })
    }

    @Test func `closing ends within its deadline when the broker is frozen`() throws {
        try RealKafka.makeTopic("frozen", partitions: 1)
        var next: [TopicPartition: Int64] = [:]
        var member = try Member("frozen", group: "frozen")
        let end = milliseconds() + 300_000
        while member.held.isEmpty, milliseconds() < end {
            try member.turn(&next)
            _ = waits(member.consumer.wakeDescriptor, milliseconds: 20)
        }
        let server = try unsafe RealKafka.server.get()
        server.suspend()
        defer { server.resume() }
        let start = milliseconds()
        let isClosed = member.consumer.close(deadlineMilliseconds: 1_000)
        // Whether it was done or left to its thread, this thread continues.
        #expect(milliseconds() - start < 60_000)
        _ = isClosed
    }

    @Test func `reading continues where it was after a broker was killed and came back`() throws {
        let server = try KafkaServer()
        let servers = server.bootstrapServers
        var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "tests")
        try admin.createTopic("back", partitions: 1, timeoutMilliseconds: 60_000)
        var producer = try makeProducer(servers)
        try producer.deliver(topic: "back", key: nil, value: [1].span, timeoutMilliseconds: 60_000)
        var consumer = try makeConsumer(servers, topics: ["back"], [("reconnect.backoff.max.ms", "500")])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { $0.records.count == 1 })
        server.kill()
        try #require(read(&consumer, into: &seen) { $0.errors.contains { $0.code == .unreachable } })
        try server.start()
        try producer.deliver(topic: "back", key: nil, value: [2].span, timeoutMilliseconds: 60_000)
        try #require(read(&consumer, into: &seen, within: 120_000) { $0.records.count == 2 })
        #expect(seen.records.map(\.offset) == [0, 1])
        #expect(seen.partitionErrors.isEmpty)
    }
}
