import Glibc
import Kafka
import Projections
import Records
import Redis
import Synchronization
import System
import Testing

@testable import Worker

@Suite struct `What lanes share` {
    @Test func `a slow question to Kafka keeps no other lane's dead letter`() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitions: 1)
        try cluster.createTopic("d", partitions: 1)
        var settings = ProjectionSettings(
            plan: World.plan(onError: "{ dead-letter: d }"), fingerprint: "f",
            kafka: [("bootstrap.servers", cluster.bootstrapServers)],
            redis: RedisOptions(address: try RedisAddress("redis://127.0.0.1:1")))
        settings.asksForTopicSettings = false
        let services = try ProjectionServices(settings: settings, log: { _ in })
        _ = try services.facts()
        // Asked again and again until the time for it is over.
        cluster.fail(.listOffsets, with: Array(repeating: .leaderNotAvailable, count: 10_000))
        let partition = PartitionIdentity(
            topic: 0, partition: 0, LaneSettings(plan: settings.plan, generationText: [], writer: "w"))
        let question = Question()
        try DetachedThread.start {
            question.begin()
            _ = services.watermarks(of: [("t", 0)])
            question.end()
        }
        while !question.hasBegun { _ = poll(nil, 0, 1) }
        // It has the lock, if there is one, by then.
        _ = poll(nil, 0, 50)
        #expect(services.deadLetter(partition, record()) == .delivered)
        #expect(!question.hasEnded, "the question was answered first: this shows nothing")
        cluster.stopFailing(.listOffsets)
        while !question.hasEnded { _ = poll(nil, 0, 1) }
    }

    private final class Question: Sendable {
        private let state = Mutex((hasBegun: false, hasEnded: false))
        func begin() { state.withLock { $0.hasBegun = true } }
        func end() { state.withLock { $0.hasEnded = true } }
        var hasBegun: Bool { state.withLock { $0.hasBegun } }
        var hasEnded: Bool { state.withLock { $0.hasEnded } }
    }

    private func record() -> ParkedRecord {
        let headers = HeaderList()
        let (key, value) = (Array("k".utf8), Array("[]".utf8))
        let event = Event(
            topic: 0, partition: 0, offset: 0, timestamp: 0, key: key.span, value: value.span, headers: headers)
        return ParkedRecord(event, headers: headers, view: nil, reason: "bad")
    }
}
