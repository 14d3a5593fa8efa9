import Bytes
import Projections
import Testing

@Suite struct `Types that no view has a rule for` {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `each name is counted by itself`() {
        var counts = TypeCounts()
        #expect(counts.isEmpty)
        for name in ["Seen", "Held", "Seen", "", "Seen"] { counts.add(bytes(name).span) }
        #expect(counts.names == ["Seen", "Held", ""].map(bytes))
        #expect(counts.counts == [3, 1, 1])
        #expect(counts.others == 0)
        #expect(!counts.isEmpty)
    }

    @Test func `a hundred names are kept, and all others are counted together`() {
        var counts = TypeCounts()
        for round in 0..<3 {
            for number in 0..<150 where number < 150 - round { counts.add(bytes("Type\(number)").span) }
        }
        #expect(counts.names.count == 100)
        #expect(counts.counts.allSatisfy { $0 == 3 })
        #expect(counts.others == 50 + 49 + 48)
    }

    @Test func `a name of any length takes no memory`() {
        var counts = TypeCounts()
        counts.add([UInt8](repeating: 65, count: 1_000_000).span)
        #expect(counts.names.isEmpty)
        #expect(counts.others == 1)
        #expect("\(counts)" == "other 1")
    }

    @Test func `the counts of lanes add up`() {
        var (one, other) = (TypeCounts(), TypeCounts())
        for name in ["a", "b", "b"] { one.add(bytes(name).span) }
        for name in ["b", "c"] { other.add(bytes(name).span) }
        other.add([UInt8](repeating: 65, count: 300).span)
        one.add(other)
        #expect(one.names == ["a", "b", "c"].map(bytes))
        #expect(one.counts == [1, 3, 1])
        #expect(one.others == 1)
        #expect("\(one)" == "b 3, a 1, c 1, other 1")
    }

    @Test func `ten are shown, the commonest first`() {
        var counts = TypeCounts()
        for number in 0..<12 {
            for _ in 0...number { counts.add(bytes("t\(number)").span) }
        }
        #expect("\(counts)" == "t11 12, t10 11, t9 10, t8 9, t7 8, t6 7, t5 6, t4 5, t3 4, t2 3, other 3")
    }
}
