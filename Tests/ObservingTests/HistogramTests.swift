import Testing

@testable import Observing

@Suite struct HistogramTests {
    @Test func `a quantile lies within its bucket, by proportion`() {
        let histogram = Histogram(bounds: [1, 2, 4], counts: [0, 100, 100, 0])
        #expect(histogram.quantile(0.25) == 1.5)
        #expect(histogram.quantile(0.5) == 2)
        #expect(histogram.quantile(0.75) == 3)
        #expect(histogram.quantile(1) == 4)
        #expect(Histogram(bounds: [1, 2]).quantile(0.5) == nil)
        #expect(Histogram(bounds: [1, 2], counts: [0, 0, 7]).quantile(0.5) == 2)
    }

    @Test func `what came since is the difference, and never less than nothing`() {
        let before = Histogram(bounds: [1], counts: [3, 1], sum: 4)
        let after = Histogram(bounds: [1], counts: [5, 1], sum: 6)
        #expect(after.since(before) == Histogram(bounds: [1], counts: [2, 0], sum: 2))
        #expect(before.since(after).count == 0)
        var sum = before
        sum.add(after)
        #expect(sum == Histogram(bounds: [1], counts: [8, 2], sum: 10))
    }
}
