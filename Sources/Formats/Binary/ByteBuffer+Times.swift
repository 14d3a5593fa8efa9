import Bytes

/// Dates and times as ISO 8601 writes them, in the proleptic Gregorian calendar.
extension ByteBuffer {
    /// `1970-01-01` for 0; a year outside 0 to 9999 has a sign and at least four digits.
    mutating func append(daysSince1970 days: Int64) {
        // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        let day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
        let month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        if year < 0 { append(UInt8(ascii: "-")) } else if year > 9999 { append(UInt8(ascii: "+")) }
        append(Int64(year.magnitude), digits: 4)
        append(UInt8(ascii: "-"))
        append(month, digits: 2)
        append(UInt8(ascii: "-"))
        append(day, digits: 2)
    }

    /// `09:30:00.123`; `units` is not negative, `perSecond` is 10^`digits`.
    mutating func append(timeOfDay units: Int64, perSecond: Int64, digits: Int) {
        let seconds = units / perSecond
        append(seconds / 3600, digits: 2)
        append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, digits: 2)
        append(UInt8(ascii: ":"))
        append(seconds % 60, digits: 2)
        append(UInt8(ascii: "."))
        append(units % perSecond, digits: digits)
    }

    /// `2026-01-31T09:30:00.123`, with a `Z` if it is a moment.
    mutating func append(unitsSince1970 units: Int64, digits: Int, isMoment: Bool) {
        let perSecond: Int64 = digits == 3 ? 1000 : digits == 6 ? 1_000_000 : 1_000_000_000
        let perDay = perSecond &* 86_400
        var days = units / perDay
        var rest = units % perDay
        if rest < 0 {
            rest += perDay
            days -= 1
        }
        append(daysSince1970: days)
        append(UInt8(ascii: "T"))
        append(timeOfDay: rest, perSecond: perSecond, digits: digits)
        if isMoment { append(UInt8(ascii: "Z")) }
    }

    /// `2026-01-31T09:30:00.000000123Z`
    mutating func append(secondsSince1970 seconds: Int64, nanoseconds: Int64) {
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        append(daysSince1970: days)
        append(UInt8(ascii: "T"))
        append(timeOfDay: rest &* 1_000_000_000 &+ nanoseconds, perSecond: 1_000_000_000, digits: 9)
        append(UInt8(ascii: "Z"))
    }

    /// A number that is not negative, with zeros in front up to `digits`.
    mutating func append(_ number: Int64, digits: Int) {
        var bound: Int64 = 10
        for _ in 1..<digits {
            if number < bound { append(UInt8(ascii: "0")) }
            bound = bound &* 10
        }
        append(decimal: number)
    }
}

extension ByteBuffer {
    /// A number whose form says that it is a date or a time.
    mutating func append(_ number: Int64, as form: TextForm, at place: Int) throws(BinaryFault) {
        let digits = form.fractionDigits
        switch form {
        case .date: append(daysSince1970: number)
        case .timeMilliseconds, .timeMicroseconds, .timeNanoseconds:
            let perSecond: Int64 = digits == 3 ? 1000 : digits == 6 ? 1_000_000 : 1_000_000_000
            // 24:00:00 is a time in SQL.
            if number < 0 || number > perSecond * 86_400 { throw BinaryFault(.range, at: place) }
            append(timeOfDay: number, perSecond: perSecond, digits: digits)
        case .localMilliseconds, .localMicroseconds, .localNanoseconds:
            append(unitsSince1970: number, digits: digits, isMoment: false)
        default: append(unitsSince1970: number, digits: digits, isMoment: true)
        }
    }
}
