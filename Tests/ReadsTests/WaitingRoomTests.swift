import Bytes
import Seeded
import Testing

@testable import Reads

@Suite struct `The waiting room` {
    private func vector(_ next: [Int64], generation: Int = 1) -> ProjectionVector {
        ProjectionVector(
            projection: "p", generation: generation, identifier: "\(generation)",
            topics: [.init(name: "t", partitions: next.map { .init(next: $0) })])
    }

    private func goal(_ partition: Int32, _ next: Int64) -> Goal {
        Goal(subject: 0, topic: "t", partition: partition, next: next)
    }

    @Test func `wakes exactly those whose checkpoint has come`() {
        var random = SplitMix64(seed: 1)
        var room = WaitingRoom()
        var waiting: [Int: Goal] = [:]
        for id in 0..<2_000 {
            let goal = goal(Int32(random.below(4)), Int64(random.below(100)))
            room.wait(id, for: goal)
            waiting[id] = goal
        }
        for id in 0..<2_000 where random.chance(30) {
            room.leave(id)
            waiting[id] = nil
        }
        for next in stride(from: Int64(0), through: 100, by: 7) {
            let due = waiting.filter { $0.value.partition == 1 && $0.value.next <= next }.map(\.key)
            #expect(Set(room.take(vector([0, next, 0, 0]), of: 0)) == Set(due + atZero(&waiting)))
            for id in due { waiting[id] = nil }
        }
        #expect(room.count == waiting.count)
    }

    /// Those who wait for nothing in the other partitions.
    private func atZero(_ waiting: inout [Int: Goal]) -> [Int] {
        let ids = waiting.filter { $0.value.partition != 1 && $0.value.next <= 0 }.map(\.key)
        for id in ids { waiting[id] = nil }
        return ids
    }

    @Test func `wakes those who wait for a change when there is one`() {
        var room = WaitingRoom()
        room.waitForChange(1, of: 0, since: vector([5, 5]))
        room.waitForChange(2, of: 0, since: nil)
        room.waitForChange(3, of: 1, since: nil)
        #expect(room.subjects == [0, 1])
        #expect(room.take(vector([5, 5]), of: 0) == [2])
        #expect(room.take(vector([5, 5], generation: 2), of: 0) == [1])
        #expect(room.take(vector([9, 9]), of: 0).isEmpty && room.count == 1)
    }

    @Test func `keeps nothing of those who left`() {
        var room = WaitingRoom()
        for round in 0..<100 {
            for id in 0..<100 { room.wait(round * 100 + id, for: goal(0, 1_000)) }
            for id in 0..<100 { room.leave(round * 100 + id) }
        }
        #expect(room.count == 0 && room.entryCount <= 164)
    }

    @Test func `has a heap that gives the least first`() {
        var random = SplitMix64(seed: 2)
        var heap = Heap<Int>()
        let numbers = (0..<500).map { _ in random.below(100) }
        for number in numbers { heap.insert(number) }
        var taken: [Int] = []
        while let number = heap.popFirst() { taken.append(number) }
        #expect(taken == numbers.sorted() && heap.isEmpty)
    }
}
