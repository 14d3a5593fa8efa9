import Projections
import Records
import Testing

@testable import Worker

/// What is streamed behind a transaction that is not answered yet is in nobody's way when that one comes to nothing.
@Suite struct `Interleavings: the open transaction` {
    /// A lane that streams from the first byte on, with one transaction carried out.
    private func streaming(_ play: Play = Play()) -> (Play, SimulatedLane) {
        let lane = play.lane([0]) { settings in
            settings.mergesBatches = false
            settings.chunkBytes = 1
        }
        play.append(4)
        play.settle(lane)
        return (play, lane)
    }

    /// One transaction is sent and not answered, the next one is open and has gone out as well.
    private func opened(_ play: Play, _ lane: SimulatedLane) {
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        play.append(4)
        lane.takeEvents(4)
        #expect(lane.isInFlight)
        #expect(lane.isOpen)
        lane.write(.max)
    }

    @Test func `the next transaction's commands go out before the fence has answered, and only EXEC waits`() {
        let (play, lane) = streaming()
        opened(play, lane)
        #expect(play.next() == 4)
        play.serve()
        // The first one is carried out; the second is queued, and no more.
        #expect(play.next() == 8)
        #expect(lane.client?.queue?.isEmpty == false)
        play.settle(lane)
        #expect(play.next() == 12)
        #expect(play.world.state(0) == play.world.log.states[0][12])
    }

    @Test func `the first transaction on a connection is not streamed`() {
        let play = Play()
        let lane = play.lane([0]) { settings in
            settings.mergesBatches = false
            settings.chunkBytes = 1
        }
        play.append(4)
        play.settle(lane, rounds: 1)
        while lane.counters.transactions == 0 {
            #expect(!lane.isOpen)
            lane.takeEvents(1)
            lane.write(.max)
            play.serve()
            lane.read(.max)
        }
        #expect(lane.counters.transactions == 1)
    }

    @Test func `one that is fenced takes the open one with it: it is discarded, and nothing of it is applied`() {
        let (play, lane) = streaming()
        play.append(4)
        lane.takeEvents(4)
        // Somebody else moves the checkpoint before this transaction arrives.
        let key = play.world.keys.checkpoint("t", 0)
        let theirs = Checkpoint(next: 4, confirmed: 4, writer: "other").text
        play.world.redis.write(key, .string(theirs))
        lane.write(.max)
        play.append(4)
        lane.takeEvents(4)
        #expect(lane.isOpen)
        lane.write(.max)
        play.serve()
        lane.read(.max)
        #expect(!lane.isOpen)
        #expect(lane.counters.fenced == 1)
        lane.write(.max)
        play.serve()
        #expect(lane.client?.queue == nil)
        #expect(play.world.redis.text(key) == theirs)
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 12)
    }

    @Test func `a comparison that differs discards the open one as well`() {
        let (play, lane) = streaming()
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        #expect(play.serveTransaction(of: lane))
        // Between EXEC and the WATCH behind it: only the comparison can see it.
        let key = play.world.keys.checkpoint("t", 0)
        let theirs = Checkpoint(next: 8, confirmed: 8, writer: "other").text
        play.world.redis.write(key, .string(theirs))
        play.append(4)
        lane.takeEvents(4)
        #expect(lane.isOpen)
        lane.write(.max)
        play.serve()
        lane.read(.max)
        lane.write(.max)
        play.serve()
        #expect(play.world.redis.text(key) == theirs)
        #expect(lane.client?.queue == nil)
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 12)
    }

    @Test func `damage in the one before stops the partition, and the open one is discarded`() {
        let play = Play()
        play.world.isSpoilt = true
        let (_, lane) = streaming(play)
        play.world.redis.write("row:0:k1", .string(Array("mine".utf8)))
        opened(play, lane)
        play.serve()
        lane.read(.max)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .damaged)
        #expect(play.isHalted(lane)?.message.contains("offsets 4 to 7") == true)
        #expect(play.next() == 8)
        // The record of it did not land in the open transaction.
        guard case .hash(let fields)? = play.world.redis.data[play.world.keys.damage] else {
            Issue.record("no damage is recorded")
            return
        }
        #expect(fields["00000001:t:0"] != nil)
    }

    @Test func `a refusal of what is streamed is one of its EXEC: nothing is applied, and it is tried again`() {
        let (play, lane) = streaming()
        opened(play, lane)
        #expect(play.serveTransaction(of: lane))
        play.world.redis.refusal = "OOM command not allowed when used memory > 'maxmemory'."
        play.serve()
        lane.read(.max)
        lane.write(.max)
        play.serve()
        lane.read(.max)
        #expect(play.next() == 8)
        #expect(lane.counters.refused == 1)
        play.world.redis.refusal = nil
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 12)
        #expect(play.world.state(0) == play.world.log.states[0][12])
    }

    @Test func `what is said outside of the fence waits until no transaction is open`() {
        let (play, lane) = streaming()
        opened(play, lane)
        lane.machine.note(["HSET", "outside", "field", "value"])
        lane.move()
        lane.write(.max)
        play.serve()
        #expect(play.world.redis.data["outside"] == nil)
        #expect(lane.client?.queue?.contains { $0.contains(Array("outside".utf8)) } == false)
        play.pass(milliseconds: 3_000)
        #expect(play.world.redis.data["outside"] == .hash(["field": Array("value".utf8)]))
        #expect(play.next() == 12)
    }
}
