/// How a value of a binary encoding becomes text, where its logical type says so (Schemas.md, "Text").
enum TextForm: UInt8, BitwiseCopyable, Sendable {
    /// As its own type says.
    case plain
    case date
    case timeMilliseconds, timeMicroseconds, timeNanoseconds
    /// A moment, in UTC.
    case momentMilliseconds, momentMicroseconds, momentNanoseconds
    /// A date and time that belongs to no zone.
    case localMilliseconds, localMicroseconds, localNanoseconds
    case uuid
    case decimal
    /// Months, days and milliseconds.
    case duration
    /// A record of scale and unscaled value.
    case scaledDecimal

    /// How many digits a second's fraction has.
    @inline(__always) var fractionDigits: Int {
        switch self {
        case .timeMilliseconds, .momentMilliseconds, .localMilliseconds: 3
        case .timeMicroseconds, .momentMicroseconds, .localMicroseconds: 6
        default: 9
        }
    }
}
