import Testing

@testable import Worker

@Suite struct `The connection to Redis` {
    @Test func `a server that takes connections and drops them is tried ever less often`() {
        let play = Play()
        let lane = play.lane([0])
        var attempts: [Int64] = []
        for _ in 0..<6_000 {
            if lane.client != nil {
                attempts.append(play.world.now)
                lane.cut()
            }
            play.world.now += 10
            lane.move()
        }
        // One minute: 0.2 s doubling to 10 s, with jitter down to the half.
        #expect(attempts.count > 5)
        #expect(attempts.count < 25)
        let pauses = zip(attempts.dropFirst(), attempts).map { $0 - $1 }
        #expect(pauses.last ?? 0 >= 5_000)
    }

    @Test func `one that breaks under each transaction is tried ever less often, although checkpoints can be read`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(5)
        var losses: [Int64] = []
        for _ in 0..<6_000 {
            lane.takeEvents(50)
            lane.write(.max)
            if lane.isInFlight {
                losses.append(play.world.now)
                lane.client?.inbox.removeAll()
                lane.cut()
            } else {
                play.serve()
                lane.read(.max)
            }
            play.world.now += 10
            lane.move()
        }
        #expect(losses.count > 5)
        #expect(losses.count < 25, "\(losses.count) in a minute")
        let pauses = zip(losses.dropFirst(), losses).map { $0 - $1 }
        #expect(pauses.last ?? 0 >= 5_000)
        play.pass(milliseconds: 30_000)
        #expect(play.next() == 5)
    }

    @Test func `a connection that was of use is replaced at once`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(5)
        for _ in 0..<10 {
            lane.cut()
            play.pass(milliseconds: 20_000)
            #expect(lane.client != nil)
            #expect(play.next() == 5)
            lane.cut()
            #expect(lane.client != nil, "it waits although the last connection was of use")
        }
    }
}
