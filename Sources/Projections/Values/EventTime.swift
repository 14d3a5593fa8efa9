/// Event times in milliseconds since 1970 (Projections.md, "Values").
package enum EventTime {
    /// The last millisecond of the year 9999.
    package static let last: Int64 = 253_402_300_799_999

    /// What to write, for messages about a text that is not a time.
    package static let remedy =
        "write 2026-01-31T09:30:00Z (seconds and a zone, Z or +01:00), 2026-01-31 or a number since 1970, up to the year 9999"

    /// A number since 1970 in a unit that was said; cut to milliseconds. nil before 1970 and past the year 9999.
    package static func milliseconds(_ number: ExactDecimal, unit: TimeUnit?) -> Int64? {
        guard let unit else { return milliseconds(number) }
        if number.digits == 0 { return 0 }
        if number.isNegative { return nil }
        let time: Int64?
        switch unit {
        case .days:
            guard let days = number.integer(), days <= last / millisecondsPerDay else { return nil }
            time = days * millisecondsPerDay
        case .seconds: time = number.truncated(scale: 3)
        case .milliseconds: time = number.truncated(scale: 0)
        case .microseconds: time = number.truncated(scale: -3)
        case .nanoseconds: time = number.truncated(scale: -6)
        }
        guard let time, time <= last else { return nil }
        return time
    }

    private static let millisecondsPerDay: Int64 = 86_400_000

    /// A number since 1970: seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds;
    /// cut to milliseconds. nil before 1970 and past the year 9999.
    package static func milliseconds(_ number: ExactDecimal) -> Int64? {
        if number.digits == 0 { return 0 }
        if number.isNegative { return nil }
        let scale: Int64 =
            switch number.exponent {
            case ...11: 3
            case ...14: 0
            case ...17: -3
            default: -6
            }
        guard let time = number.truncated(scale: scale), time <= last else { return nil }
        return time
    }

    /// RFC 3339: `T` or a blank, a fraction cut to milliseconds, a zone; or a date, `2026-01-31`, with or without `Z`, which
    /// begins in UTC. nil if it is neither, before 1970, past the year 9999, in second 60, and with small `t` or `z`.
    package static func milliseconds(_ text: Span<UInt8>) -> Int64? {
        if text.count == 10 || text.count == 11 { return date(text) }
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let century = two(text, 0), let years = two(text, 2), let month = two(text, 5), let day = two(text, 8),
            let hour = two(text, 11), let minute = two(text, 14), let second = two(text, 17)
        else { return nil }
        let year = century * 100 + years
        guard month >= 1, month <= 12, day >= 1, day <= days(year, month), hour < 24, minute < 60, second < 60 else {
            return nil
        }
        var index = 19
        var fraction: Int64 = 0
        if text[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < text.count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") {
                if index - start < 3 { fraction = fraction * 10 + Int64(text[index] - UInt8(ascii: "0")) }
                index += 1
            }
            guard index > start else { return nil }
            if index - start == 1 { fraction *= 100 } else if index - start == 2 { fraction *= 10 }
        }
        guard let zone = zone(text, index) else { return nil }
        let minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - zone
        let time = (minutes * 60 + second) * 1000 + fraction
        return time >= 0 && time <= last ? time : nil
    }

    private static func date(_ text: Span<UInt8>) -> Int64? {
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text.count == 10 || text[10] == UInt8(ascii: "Z"), let century = two(text, 0), let years = two(text, 2),
            let month = two(text, 5), let day = two(text, 8), month >= 1, month <= 12, day >= 1,
            day <= days(century * 100 + years, month)
        else { return nil }
        let time = daysSince1970(century * 100 + years, month, day) * millisecondsPerDay
        return time >= 0 ? time : nil
    }

    /// Minutes east of UTC.
    private static func zone(_ text: Span<UInt8>, _ index: Int) -> Int64? {
        guard index < text.count else { return nil }
        if text[index] == UInt8(ascii: "Z") { return index + 1 == text.count ? 0 : nil }
        guard index + 6 == text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-"),
            text[index + 3] == UInt8(ascii: ":"), let hours = two(text, index + 1), let minutes = two(text, index + 4),
            hours < 24, minutes < 60
        else { return nil }
        return text[index] == UInt8(ascii: "+") ? hours * 60 + minutes : -(hours * 60 + minutes)
    }

    private static func two(_ text: Span<UInt8>, _ index: Int) -> Int64? {
        let tens = text[index] &- UInt8(ascii: "0")
        let ones = text[index + 1] &- UInt8(ascii: "0")
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }

    private static func days(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the Gregorian calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// days_from_civil.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
