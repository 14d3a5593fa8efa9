import Testing

@testable import Projections

@Suite struct ShortDecimalTests {
    static func text(_ value: Double) -> String? {
        ShortDecimal(value).map { short in
            String(decoding: (0..<short.count).map { short.text[$0] }, as: UTF8.self)
        }
    }

    @Test func `short decimals are written as the shortest text`() {
        var count = 0
        for whole in [0, 1, 9, 10, 123, 99_999, 123_456_789] as [Double] {
            for thousandths in 0..<1_000 {
                for value in [whole + Double(thousandths) / 1_000, -(whole + Double(thousandths) / 64)] {
                    guard let text = Self.text(value) else { continue }
                    #expect(Double(text) == value, "\(value)")
                    if value.rounded() != value { #expect(text == value.description) }
                    count += 1
                }
            }
        }
        #expect(count > 10_000)
        #expect(Self.text(0.1) == "0.1")
        #expect(Self.text(-12.000001) == "-12.000001")
        #expect(Self.text(0.0001) == nil)
        #expect(Self.text(1.0 / 3) == nil)
        #expect(Self.text(.infinity) == nil)
        #expect(Self.text(.nan) == nil)
    }
}
