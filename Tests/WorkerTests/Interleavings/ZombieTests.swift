import Records
import Testing

@testable import Worker

@Suite struct `Interleavings: zombies` {
    /// A lane's transaction is carried out, and before its next WATCH is, the partition's new owner reads and writes. The
    /// WATCH that comes then guards the new owner's checkpoint, and is never lost.
    private func violations(comparesCheckpoints: Bool) -> (violations: [String], zombie: SimulatedLane) {
        let play = Play()
        play.world.comparesCheckpoints = comparesCheckpoints
        let zombie = play.lane([0])
        play.settle(zombie)
        play.append(5)
        zombie.takeEvents(5)
        zombie.write(.max)
        play.append(5)
        zombie.takeEvents(5)
        #expect(play.serveTransaction(of: zombie))
        #expect(play.next() == 5)

        let owner = SimulatedLane(world: play.world, writer: "owner")
        owner.assign([0])
        for _ in 0..<12 {
            owner.takeEvents(50)
            owner.write(.max)
            if let client = owner.client { while play.world.redis.step(client) {} }
            owner.read(.max)
        }
        #expect(play.next() == 10)
        play.settle(zombie)
        return (play.world.violations, zombie)
    }

    @Test func `a zombie writes nothing after its partition moved`() {
        let (violations, zombie) = violations(comparesCheckpoints: true)
        #expect(violations == [])
        #expect(zombie.reports.contains { if case .fenced(_, by: "owner") = $0 { true } else { false } })
    }

    @Test func `with the comparison of checkpoints switched off the zombie test fails`() {
        #expect(!violations(comparesCheckpoints: false).violations.isEmpty)
    }

    @Test func `a zombie's last transaction that lands after the new owner has read: the owner continues by itself`() {
        let play = Play()
        let zombie = play.lane([0])
        play.settle(zombie)
        play.append(5)
        zombie.takeEvents(5)
        zombie.write(.max)
        // On its way; the zombie itself is gone.
        guard let late = zombie.client else { return }
        zombie.isFrozen = true
        // When the owner has read the checkpoint, and before it goes by it.
        play.world.meanwhile = {
            #expect(play.next() == 0)
            while play.world.redis.step(late) {}
        }
        let owner = play.lane([0])
        owner.write(.max)
        owner.move()
        #expect(play.world.meanwhile == nil, "the owner has not read yet")
        #expect(play.next() == 5)
        play.append(5)
        play.pass(milliseconds: 10_000)
        #expect(play.next() == 10)
        #expect(play.world.violations == [])
        #expect(play.isHalted(owner) == nil)
    }

    @Test(arguments: 0..<40)
    func `a partition assigned while a transaction is open is watched before it joins`(steps: Int) {
        let play = Play(partitions: 2)
        let lane = play.lane([0])
        let other = play.lane([1])
        play.settle(lane)
        play.settle(other)
        play.append(3, partition: 0)
        play.append(3, partition: 1)
        lane.takeEvents(3)
        lane.assign([1])
        // The other one, whose partition it was, writes in between, at each moment there is.
        for step in 0..<60 {
            if step == steps { play.settle(other) }
            lane.takeEvents(1)
            lane.write(.max)
            if let client = lane.client { _ = play.world.redis.step(client) }
            lane.read(.max)
        }
        play.append(3, partition: 1)
        play.pass(milliseconds: 20_000)
        #expect(play.world.violations == [])
        #expect([play.next(0), play.next(1)] == [3, 6])
    }

    @Test(arguments: [true, false], 0..<20)
    func `revoked and assigned back while events are folded but not sent: they are folded once`(
        lost: Bool, steps: Int
    ) {
        let play = Play(partitions: 2)
        let lane = play.lane([0, 1])
        play.settle(lane)
        play.append(20, partition: 0)
        play.append(20, partition: 1)
        // Some are in flight, some only folded.
        lane.takeEvents(10)
        lane.write(.max)
        lane.takeEvents(20)
        for _ in 0..<steps {
            if let client = lane.client { _ = play.world.redis.step(client) }
            lane.read(.max)
        }
        lane.revoke([0], lost: lost)
        while lane.slotOf[0] != nil, play.world.violations.isEmpty {
            lane.write(.max)
            play.serve()
            lane.read(.max)
            play.world.now += 50
            lane.move()
        }
        lane.assign([0])
        play.pass(milliseconds: 10_000)
        #expect(play.world.violations == [])
        #expect([play.next(0), play.next(1)] == [20, 20])
    }

    @Test func `a partition that comes back is read on from Redis, not from what the lane remembers`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(5)
        play.settle(lane)
        lane.revoke([0], lost: true)
        let other = play.lane([0])
        play.append(5)
        play.settle(other)
        other.revoke([0], lost: true)
        play.append(5)
        lane.assign([0])
        play.settle(lane)
        #expect(play.next() == 15)
        #expect(play.world.violations == [])
        // At once: it is no loss to another writer, but an assignment.
        #expect(!lane.reports.contains { if case .fenced = $0 { true } else { false } })
    }

    @Test
    func `two lanes that hold one partition abort each other, and make progress for as long as the group leaves it so`()
    {
        let play = Play()
        let pair = [play.lane([0]), play.lane([0])]
        for _ in 0..<200 {
            play.append(1)
            play.pass(milliseconds: 300)
        }
        play.pass(milliseconds: 30_000)
        #expect(play.next() == 200)
        #expect(play.world.violations == [])
        for lane in pair { #expect(play.isHalted(lane) == nil) }
    }

    @Test func `of two lanes with fixed partitions one halts, naming the other, and the other makes progress`() {
        let play = Play()
        let pair = (0..<2).map { _ in play.lane([0]) { $0.hasFixedPartitions = true } }
        for _ in 0..<200 {
            play.append(1)
            play.pass(milliseconds: 300)
        }
        play.pass(milliseconds: 30_000)
        let halts = pair.compactMap { play.isHalted($0) }
        #expect(halts.count == 1)
        #expect(halts.first?.code == .otherWriter)
        #expect(pair.contains { halts.first?.message.contains("(writer \($0.writer))") ?? false })
        #expect(play.next() == 200)
        #expect(play.world.violations == [])
    }

    @Test func `of two lanes of a build with fixed partitions none halts, also one that was live before`() {
        let play = Play()
        let pair = [
            play.lane([0]) { $0.hasFixedPartitions = true },
            play.lane([0]) {
                $0.hasFixedPartitions = true
                $0.role = .build
            },
        ]
        play.append(4)
        play.pass(milliseconds: 2_000)
        // Its generation is now beside another one that is live, where a rebuild or a promotion folds it, too.
        pair[0].machine.generationFound(database: 0, role: .build, now: play.world.now)
        for _ in 0..<200 {
            play.append(1)
            for lane in pair { play.raise(lane, [play.world.log.end(0)]) }
            play.pass(milliseconds: 300)
        }
        play.pass(milliseconds: 30_000)
        for lane in pair { #expect(play.isHalted(lane) == nil) }
        #expect(play.next() == 204)
        #expect(play.world.violations == [])
    }

    @Test func `losses in a build do not count once the generation is live`() {
        let play = Play()
        let lane = play.lane([0]) {
            $0.hasFixedPartitions = true
            $0.role = .build
        }
        play.raise(lane, [1_000])
        play.append(1)
        play.pass(milliseconds: 1_000)
        for _ in 0..<4 { anotherWriterWrites(play) }
        lane.machine.generationFound(database: 0, role: .live, now: play.world.now)
        for _ in 0..<4 { anotherWriterWrites(play) }
        #expect(play.isHalted(lane) == nil)
        anotherWriterWrites(play)
        #expect(play.isHalted(lane)?.code == .otherWriter)
    }

    /// The checkpoint is another writer's before the lane's next transaction.
    private func anotherWriterWrites(_ play: Play) {
        guard var theirs = play.world.checkpoint(0) else {
            Issue.record("there is no checkpoint")
            return
        }
        theirs.writer = "other"
        theirs.turn += 1
        play.world.redis.write(play.world.keys.checkpoint("t", 0), .string(theirs.text))
        play.append(1)
        play.pass(milliseconds: 5_000)
    }
}
