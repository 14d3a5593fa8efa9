import Bytes
import Foundation
import KafkaServer
import RedisServer
import Seeded
import Testing

extension SystemTests {
    /// librdkafka puts an error of a connection into the queue in which the records are: whatever is beside it there
    /// must be taken all the same. So records are made to be before and behind the errors, while the worker waits for
    /// Redis and takes nothing.
    @Suite(.serialized) struct `A broker that comes and goes` {
        /// Sends events and gives the worker's librdkafka a second to have many of them (four bytes each are less than it gets).
        private func sendUntilFetched(_ scenario: Scenario, _ door: TCPProxy, count: Int) throws {
            let before = door.forwarded(.toClient)
            try scenario.sendTally(count)
            try scenario.flush()
            // Where its queue is full already, it fetches no more: then enough is in it.
            _ = eventually(within: 1) { door.forwarded(.toClient) > before + 4 * count }
        }

        @Test(arguments: ["{ partitions: all }"] + (Stage.isLong ? ["{ partitions: all, lanes: 2 }"] : []))
        func `disconnects while Redis stalls lose nothing`(worker settings: String) throws {
            let door = try Stage.sideDoor()
            let scenario = try Scenario("disconnects", projection: Tally.projection, partitions: 4)
            let seed = Stage.seed()
            var random = SplitMix64(seed: seed)
            let configuration = try scenario.configure(
                kafka: ["reconnect.backoff.ms: 20", "reconnect.backoff.max.ms: 200", "fetch.error.backoff.ms: 20"],
                worker: settings,
                brokers: "127.0.0.1:\(door.port)")
            let worker = try scenario.run(configuration)
            try scenario.sendTally(1_000)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            let count = Stage.count(10, long: 50)
            for _ in 0..<count {
                let isStalled = random.next() % 4 != 0
                if isStalled { scenario.redis.pause() }
                defer { if isStalled { scenario.redis.resume() } }
                // More than the worker takes while Redis says nothing: the rest is in librdkafka's queue.
                if isStalled { try sendUntilFetched(scenario, door, count: 12_000) }
                for _ in 0...(random.next() % 3) {
                    try sendUntilFetched(scenario, door, count: Int.random(in: 500...6_000, using: &random))
                    door.refuse(random.next() % 3 == 0)
                    door.cut(reset: random.next() % 2 == 0)
                    usleep(UInt32.random(in: 1_000...100_000, using: &random))
                    door.refuse(false)
                }
                // A record must be behind the last error as well before the worker continues.
                try sendUntilFetched(scenario, door, count: Int.random(in: 500...6_000, using: &random))
            }
            try scenario.sendTally(100)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(worker.isRunning)
            let counted = try scenario.counted()
            Stage.figure(
                "\(count) times disconnected, \(settings): \(counted) of \(scenario.sent) counted, "
                    + "\(Int(scenario.sent) - counted) lost, seed \(seed)")
            #expect(try worker.stop() == 0, "seed \(seed): \(worker.log.suffix(4_000))")
            try scenario.expectEqual()
        }
    }
}
