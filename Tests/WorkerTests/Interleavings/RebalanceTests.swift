import Kafka
import Testing

@testable import Worker

/// What the group takes while the lane is in the middle of something.
@Suite struct `Interleavings: rebalances` {
    @Test
    func `a partition is taken back while an event of another one waits to be offered again: that one is not lost`() {
        let play = Play(partitions: 2)
        let lane = play.lane([]) {
            // The fence holds one partition, so that an event of the other one must wait.
            $0.partitionsPerTransaction = 1
            $0.mergesBatches = false
            $0.chunkBytes = 1
        }
        lane.assign([0, 1])
        play.settle(lane)
        play.append(1, partition: 1)
        play.settle(lane)
        // Taken in one call with the news of the revocation, which is told first; the fence holds the other partition.
        play.append(1, partition: 0)
        lane.kafka.fetch(1)
        lane.kafka.duringFill = { lane.kafka.post(.revoked, [1]) }
        lane.takeEvents(0)
        #expect(lane.kafka.pending == nil)
        #expect(play.next(1) == 1)
        play.pass(milliseconds: 3_000)
        #expect(play.next(0) == 1)
        #expect(play.world.violations == [])
    }
}
