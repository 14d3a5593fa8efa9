import Testing

@testable import Projections

@Suite struct EventTimeTests {
    private func decimal(_ text: String) -> ExactDecimal? {
        let bytes = Array(text.utf8)
        return ExactDecimal(bytes.span)
    }

    private func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return EventTime.milliseconds(bytes.span)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00+00:01", nil), ("1970-01-01 00:00:00.0019-00:00", 1),
            ("2024-02-29T12:30:15.5+02:00", 1_709_202_615_500), ("2023-02-29T00:00:00Z", nil),
            ("1900-02-29T00:00:00Z", nil),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999), ("9999-12-31T23:59:59-00:01", nil),
            ("2024-01-01t00:00:00Z", nil), ("2024-01-01T00:00:00z", nil), ("2024-01-01T00:00:60Z", nil),
            ("2024-01-01T24:00:00Z", nil), ("2024-01-01T00:00:00", nil), ("2024-01-01T00:00:00.Z", nil),
            ("2024-01-01T00:00:00+24:00", nil), ("2024-01-01T00:00:00+0100", nil), ("2024-01-01T00:00:00Zx", nil),
            ("2024-13-01T00:00:00Z", nil), ("2024-00-01T00:00:00Z", nil), ("2024-01-00T00:00:00Z", nil), ("", nil),
            ("2024-02-29", 1_709_164_800_000), ("2024-02-29Z", 1_709_164_800_000), ("1970-01-01", 0),
            ("1969-12-31", nil),
            ("2023-02-29", nil), ("2024-2-29", nil), ("2024-02-29z", nil), ("2024-02-29+", nil), ("20240229", nil),
        ] as [(String, Int64?)])
    func `texts are RFC 3339, or dates`(text: String, time: Int64?) {
        #expect(milliseconds(text) == time)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0.0", 0), ("-1", nil), ("-0.0001", nil), ("1", 1000), ("1.2345", 1234), ("1e-9", 0),
            ("99999999999", 99_999_999_999_000), ("99999999999.9999", 99_999_999_999_999),
            ("100000000000", 100_000_000_000),
            ("99999999999999.9", 99_999_999_999_999), ("100000000000000", 100_000_000_000),
            ("99999999999999999", 99_999_999_999_999),
            ("100000000000000000", 100_000_000_000), ("1767225600123456789", 1_767_225_600_123),
            ("253402300799999999999", 253_402_300_799_999), ("253402300800000000000", nil), ("1e400", nil),
            ("1e11", 100_000_000_000),
        ] as [(String, Int64?)])
    func `numbers are counted since 1970`(text: String, time: Int64?) throws {
        let number = try #require(decimal(text))
        #expect(EventTime.milliseconds(number) == time)
    }

    @Test(arguments: ["", "-", "1e", "1.", ".5", "a", "1x", "1e+", "--1", "0x1"])
    func `a constant that is no number is none`(text: String) {
        #expect(decimal(text) == nil)
    }
}
