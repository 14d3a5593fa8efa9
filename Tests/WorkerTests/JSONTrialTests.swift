import Testing

@testable import Worker

/// A topic whose first events are all not JSON is probably not what its file says: its partitions halt.
@Suite struct `The trial of a topic's first events` {
    private func append(_ count: Int, to play: Play) {
        // Each of a key of its own: what waits behind another event of its key is not looked at.
        for _ in 0..<count {
            play.world.log.append(0, row: Int(play.world.log.end(0)), number: 0, isBad: true, value: "avro")
        }
    }

    @Test func `goes on over restarts, so that each of them does not park as many again`() {
        let play = Play()
        play.world.isSpoilt = true
        for _ in 0..<3 {
            let lane = play.lane([0])
            append(40, to: play)
            play.pass(milliseconds: 3_000)
            if play.isHalted(lane) == nil { play.crash(lane) }
        }
        let reason = play.lanes.last.flatMap { play.isHalted($0) }
        #expect(reason?.code == .notJSON)
        #expect(reason?.message.contains("none of the first 100 events of topic t could be projected") == true)
        #expect(play.world.parked(0).count < 100)
    }

    @Test func `is over once an event was projected, also for a later worker`() {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.append(100)
        append(90, to: play)
        play.pass(milliseconds: 3_000)
        play.crash(lane)
        let next = play.lane([0])
        append(60, to: play)
        play.pass(milliseconds: 3_000)
        #expect(play.isHalted(next) == nil)
        #expect(play.next() == 250)
    }
}
