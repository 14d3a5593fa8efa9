/// Event times in milliseconds since 1970, as Projections.md reads them.
enum OracleTime {
    /// The last millisecond of the year 9999.
    static let last = 253_402_300_799_999

    /// A JSON number: seconds, milliseconds, microseconds or nanoseconds by its size.
    static func number(_ text: [UInt8]) -> Int? {
        let decimal = OracleDecimal(text)
        if decimal.isZero { return 0 }
        guard !decimal.negative else { return nil }
        let shift =
            switch decimal.magnitude {
            case ...11: 3
            case ...14: 0
            case ...17: -3
            default: -6
            }
        guard let milliseconds = decimal.cut(shift: shift), milliseconds <= last else { return nil }
        return milliseconds
    }

    /// RFC 3339: `2026-01-31T23:59:59.123+01:00`, a blank instead of `T` allowed, capitals only; or a date, `2026-01-31`, with
    /// or without `Z`.
    static func text(_ text: [UInt8]) -> Int? {
        var reader = Reader(text: text)
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
            let day = reader.digits(2), (1...12).contains(month), day >= 1, day <= days(of: month, in: year)
        else { return nil }
        if reader.atEnd || text.count == 11 && reader.skip("Z") {
            let milliseconds = daysSince1970(year, month, day) * 86_400_000
            return milliseconds >= 0 ? milliseconds : nil
        }
        guard reader.skip("T") || reader.skip(" "), let hour = reader.digits(2), reader.skip(":"),
            let minute = reader.digits(2), reader.skip(":"), let second = reader.digits(2), hour < 24, minute < 60,
            second < 60
        else { return nil }
        var fraction = 0
        if reader.skip(".") {
            var places = 0
            while let digit = reader.digits(1) {
                if places < 3 { fraction = fraction * 10 + digit }
                places += 1
            }
            guard places > 0 else { return nil }
            while places < 3 {
                fraction *= 10
                places += 1
            }
        }
        guard let offset = reader.zone(), reader.atEnd else { return nil }
        let minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
        let milliseconds = (minutes * 60 + second) * 1_000 + fraction
        return (0...last).contains(milliseconds) ? milliseconds : nil
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(of month: Int, in year: Int) -> Int {
        month == 2 && isLeap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Days of the whole years before this one, counted from the year 1, which began 719,162 days before 1970.
        let before = year - 1
        let leaps = year > 0 ? before / 4 - before / 100 + before / 400 : -1
        var days = before * 365 + leaps - 719_162 + day - 1
        for passed in 1..<month { days += self.days(of: passed, in: year) }
        return days
    }

    private struct Reader {
        let text: [UInt8]
        var position = 0

        var atEnd: Bool { position == text.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < text.count, UInt32(text[position]) == character.value else { return false }
            position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard position + count <= text.count else { return nil }
            var value = 0
            for index in position..<position + count {
                guard (0x30...0x39).contains(text[index]) else { return nil }
                value = value * 10 + Int(text[index] - 0x30)
            }
            position += count
            return value
        }

        /// Minutes east of UTC.
        mutating func zone() -> Int? {
            if skip("Z") { return 0 }
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0, let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60
            else { return nil }
            return sign * (hours * 60 + minutes)
        }
    }
}
