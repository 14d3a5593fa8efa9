import Bytes
import Projections
import Testing

@Suite struct DifferentialTests {
    static let paths = [
        ["a"], ["a", "b", "a.b"], ["a.a.a", "b.b", "longer than eight bytes", "b.a"], ["😀", "é.a", "a.b", "a.a"], [],
    ]

    @Test(arguments: 0..<10)
    func `random texts read the same as by a slow reader written apart`(part: Int) {
        var goodCount = 0
        var badCount = 0
        for (index, paths) in Self.paths.enumerated() {
            let wantsMembers = (part + index) % 3 == 0
            let validatesWhole = (part + index) % 4 == 0
            var fast = Reader(paths, wantsMembers: wantsMembers, validatesWhole: validatesWhole)
            var portable = Reader(
                paths, wantsMembers: wantsMembers, validatesWhole: validatesWhole, isPortable: true)
            for seed in 0..<400 {
                let seed = UInt64(part * 10_000 + index * 1_000 + seed)
                var random = RandomText(seed: seed)
                let bytes = random.text()
                let read = fast.read(bytes.span)
                let slow = SlowReader.read(bytes, paths, wantsMembers: wantsMembers, validatesWhole: validatesWhole)
                let comment = Comment(rawValue: "seed \(seed), paths \(paths): \(readableText(bytes))")
                #expect(read.withoutReason == slow, comment)
                #expect(read == portable.read(bytes.span), comment)
                if read.fault == nil { goodCount += 1 } else { badCount += 1 }
            }
        }
        #expect(goodCount > 300)
        #expect(badCount > 300)
    }
}
