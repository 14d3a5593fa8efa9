import Glibc
import Testing

@testable import Kafka

@Suite struct `Statistics` {
    @Test func `are read for brokers, what is queued, and how long replies were held back`() {
        let text = """
            { "name": "rdkafka#consumer-1", "brokers": {
                "b:9092/1": { "nodeid": 1, "state": "UP", "throttle": { "avg": 2, "sum": 40, "cnt": 20 } },
                "b:9093/2": { "nodeid": 2, "state": "DOWN", "throttle": { "sum": 5 } },
                "b:9092/bootstrap": { "nodeid": -1, "state": "UP" } },
              "topics": { "t": { "partitions": { "0": { "fetchq_size": 100 }, "-1": { "fetchq_size": 0 } } } } }
            """
        let read = ConsumerStatistics(json: Array(text.utf8))
        #expect(read?.brokersUp == [1] && read?.queuedBytes == 100 && read?.throttledMilliseconds == 45)
        #expect(ConsumerStatistics(json: Array("{}".utf8)) == nil)
    }

    @Test func `come from librdkafka as it is installed`() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitions: 2)
        var consumer = try Consumer(
            properties: [("bootstrap.servers", cluster.bootstrapServers), ("statistics.interval.ms", "50")],
            topics: ["t"], groupID: "g", clientID: "statistics")
        try consumer.assign([Position(TopicPartition(topic: 0, partition: 0), offset: 0)])
        var found: ConsumerStatistics?
        for _ in 0..<6_000 where found?.brokersUp.isEmpty != false {
            _ = consumer.poll()
            if let bytes = consumer.takeStatistics() { found = ConsumerStatistics(json: bytes) }
            _ = Glibc.poll(nil, 0, 10)
        }
        #expect(found?.brokersUp.isEmpty == false)
        _ = consumer.close(deadlineMilliseconds: 5_000)
    }
}
