/// Numbers as a person wants to read them.
public enum HumanNumber {
    /// `950`, `12.3k`, `1.2M`, `4.0G`: at most four digits and a suffix.
    public static func count(_ value: Double) -> String {
        scaled(value, by: 1000, suffixes: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// `950`, `12.3k`, `1.2M`.
    public static func count(_ value: Int64) -> String {
        count(Double(value))
    }

    /// Events per second: `950/s`, `1.2M/s`.
    public static func rate(_ perSecond: Double) -> String {
        count(perSecond) + "/s"
    }

    /// `950 B`, `12.3 KiB`, `1.2 GiB`.
    public static func bytes(_ value: Int64) -> String {
        let text = scaled(Double(value), by: 1024, suffixes: [" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"])
        return text
    }

    /// Milliseconds as `350 ms`, `1.2 s`, `3 m 05 s`, `2 h 07 m`, `3 d 04 h`.
    public static func duration(milliseconds: Int64) -> String {
        let sign = milliseconds < 0 ? "-" : ""
        let value = milliseconds.magnitude
        let seconds = value / 1000
        if value < 1000 { return "\(sign)\(value) ms" }
        if value < 9_950 { return "\(sign)\(oneDecimal(Double(value) / 1000)) s" }
        if seconds < 60 { return "\(sign)\(seconds) s" }
        if seconds < 3600 { return "\(sign)\(seconds / 60) m \(twoDigits(seconds % 60)) s" }
        if seconds < 86_400 { return "\(sign)\(seconds / 3600) h \(twoDigits(seconds % 3600 / 60)) m" }
        return "\(sign)\(seconds / 86_400) d \(twoDigits(seconds % 86_400 / 3600)) h"
    }

    /// The number with its digits grouped by commas: `1,234,567`.
    public static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    private static func scaled(_ value: Double, by step: Double, suffixes: [String]) -> String {
        guard value.isFinite else { return "-" }
        var rest = value
        var index = 0
        // The one that would be rounded up to the next step belongs there already.
        while rest.magnitude >= step - 0.05, index < suffixes.count - 1, rest.magnitude >= step || index > 0 {
            rest /= step
            index += 1
        }
        if index == 0 {
            let whole = rest.rounded()
            let text = rest == whole || rest.magnitude >= 100 ? "\(Int64(whole))" : oneDecimal(rest)
            return text + suffixes[0]
        }
        return oneDecimal(rest) + suffixes[index]
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int64((value.magnitude * 10).rounded())
        return (value < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
    }

    private static func twoDigits(_ value: UInt64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
