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

    @Test func `an event that comes after its partition was taken back is not folded any more`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(1)
        play.settle(lane)
        play.pass(milliseconds: 1_500)
        play.append(1)
        lane.takeEvents(1)
        #expect(lane.isInFlight)
        lane.machine.revoked(lane.slotOf[0].map { [$0] } ?? [], lost: false, now: play.world.now)
        play.append(1)
        lane.takeEvents(1)
        play.settle(lane)
        #expect(play.next() == 2)
        #expect(play.world.violations == [])
    }

    @Test func `events that librdkafka hands over once more are folded once`() throws {
        let play = Play()
        let lane = play.lane([0])
        play.append(4)
        play.settle(lane)
        try lane.kafka.seek([Position(TopicPartition(topic: 0, partition: 0), offset: 1)])
        play.append(1)
        play.settle(lane)
        #expect(play.next() == 5)
        #expect(play.world.state(0) == play.world.log.states[0][5])
        #expect(play.world.violations == [])
    }

    @Test func `a call to Kafka that lasts longer than a reply may is no silence of Redis`() {
        let play = Play(partitions: 2)
        let lane = play.lane([0, 1])
        play.append(1, partition: 0)
        play.append(1, partition: 1)
        play.settle(lane)
        play.pass(milliseconds: 1_500)
        play.append(1, partition: 0)
        lane.takeEvents(2)
        #expect(lane.isInFlight)
        lane.write(.max)
        // The other partition is given up while the transaction's reply is on its way: that takes its time.
        lane.kafka.duringUnassign = { play.world.now += 7_000 }
        lane.revoke([1], lost: false)
        #expect(lane.kafka.duringUnassign == nil)
        lane.takeEvents(0)
        play.settle(lane)
        #expect(lane.counters.connects == 1 && lane.counters.unknown == 0)
        #expect(play.next(0) == 2)
        #expect(play.world.violations == [])
    }

    @Test func `after such a call the lane asks by the time that it is then`() {
        let play = Play(partitions: 2)
        let lane = play.lane([0, 1])
        for partition in [0, 1] { play.append(1, partition: partition) }
        play.settle(lane)
        play.pass(milliseconds: 1_500)
        play.append(1, partition: 0)
        lane.takeEvents(2)
        lane.write(.max)
        play.serve()
        // The partition is given up within a step that then reads the reply, and asks for the next fence.
        lane.kafka.post(.revoked, [1])
        lane.kafka.duringUnassign = { play.world.now += 7_000 }
        lane.step()
        #expect(lane.kafka.duringUnassign == nil)
        lane.step()
        play.settle(lane)
        #expect(lane.counters.connects == 1 && lane.counters.unknown == 0)
        #expect(play.next(0) == 2)
    }
}
