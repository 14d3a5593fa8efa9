import Records
import Testing

@testable import Worker

/// Redis answers a value over proto-max-bulk-len with "ERR Protocol error: invalid bulk length", and closes the connection.
@Suite struct `Interleavings: what Redis refuses to read` {
    /// What parks an event is more than the server reads.
    private func play(partitions: Int = 2) -> (play: Play, lane: SimulatedLane) {
        let play = Play(partitions: partitions)
        play.world.isSpoilt = true
        play.world.redis.isTooLong = { command in
            command.count == 4 && command[0].elementsEqual("HSET".utf8)
                && String(decoding: command[1], as: UTF8.self).contains(":parked:")
        }
        return (play, play.lane(Array(0..<partitions)))
    }

    @Test func `the event halts its partition by name, the others go on, and a skip passes it`() {
        let (play, lane) = play()
        play.append(5)
        play.append(20, partition: 1)
        play.world.log.append(0, row: 1, number: 1, isBad: true)
        play.append(5)
        play.pass(milliseconds: 30_000)
        let reason = play.isHalted(lane)
        #expect(reason?.code == .serverRefuses)
        for words in ["t-0@5 ", "ERR Protocol error: invalid bulk length", "proto-max-bulk-len"] {
            #expect(reason?.message.contains(words) == true, "no '\(words)' in: \(reason?.message ?? "it goes on")")
        }
        #expect(play.next(0) == 5)
        #expect(play.next(1) == 20)
        play.ask(.skip, 5)
        play.pass(milliseconds: 5_000)
        #expect(play.answer() == "done: the partition continues")
        #expect(play.next(0) == 11)
        #expect(lane.machine.batch.isolation == nil)
        #expect(play.world.violations == [])
    }

    @Test func `the server's words are the reason for the lost connection`() {
        let (play, lane) = play(partitions: 1)
        play.world.log.append(0, row: 1, number: 1, isBad: true)
        play.pass(milliseconds: 5_000)
        let lost = lane.reports.compactMap { if case .connectionLost(let words) = $0 { words } else { nil } }
        #expect(lost.first?.contains("ERR Protocol error: invalid bulk length") == true, "\(lost)")
    }

    @Test func `two of them in one batch halt one after the other`() {
        let (play, lane) = play()
        play.world.log.append(0, row: 1, number: 1, isBad: true)
        play.world.log.append(1, row: 1, number: 1, isBad: true)
        play.pass(milliseconds: 60_000)
        #expect(play.isHalted(lane, 0)?.code == .serverRefuses)
        #expect(play.isHalted(lane, 1)?.code == .serverRefuses)
        #expect(play.isHalted(lane, 1)?.message.contains("t-1@0 ") == true)
    }
}
