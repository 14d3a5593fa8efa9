/// Durations as they are written: `500ms 10s 1m 24h 30d`.
public enum TimeSpan {
    /// A hundred years, so that event time plus a duration cannot overflow.
    public static let longest = 36_500 * 86_400_000

    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// nil if `text` is not a duration or longer than ``longest``.
    public static func milliseconds(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard let count = digits.decimalNumber else { continue }
            let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
            return overflow || product > longest ? nil : product
        }
        return nil
    }

    /// The shortest exact way to write it.
    public static func text(_ milliseconds: Int) -> String {
        for unit in units.reversed() where milliseconds > 0 && milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}

/// Sizes as they are written: `4096`, `64KiB`, `8MiB`, `1GiB`.
enum ByteCount {
    private static let units: [(suffix: String, bytes: Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    static func bytes(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let count = text.dropLast(3).decimalNumber else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
            return overflow ? nil : product
        }
        return text[...].decimalNumber
    }

    static func text(_ bytes: Int) -> String {
        for unit in units.reversed() where bytes > 0 && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.suffix)"
        }
        return "\(bytes)"
    }
}

extension Substring {
    /// Digits only, without sign.
    var decimalNumber: Int? {
        !isEmpty && utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int(self) : nil
    }
}
