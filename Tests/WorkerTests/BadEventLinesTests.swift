import Testing

@testable import Worker

@Suite struct BadEventLinesTests {
    @Test func `a million bad events of a partition are sixteen lines`() {
        let lines = BadEventLines()
        let written = (0..<1_000_000).compactMap { lines.next("parked orders-0", now: Int64($0)) }
        #expect(
            written == Array(repeating: .whole, count: 9) + [.lastWhole]
                + [100, 1_000, 10_000, 100_000, 1_000_000].map { .count($0) })
    }

    @Test func `each partition has its own lines, and a minute of calm begins a new burst`() {
        let lines = BadEventLines()
        for _ in 0..<50 { _ = lines.next("parked orders-0", now: 0) }
        #expect(lines.next("parked orders-0", now: 60_000) == nil)
        #expect(lines.next("parked orders-1", now: 60_000) == .whole)
        #expect(lines.next("parked orders-0", now: 120_001) == .whole)
        #expect(lines.next("parked orders-0", now: 120_001) == .whole)
    }
}
