/// A span of time, in milliseconds: `.minutes(1)`.
public struct TimeSpan: Sendable, Hashable {
    public var milliseconds: Int64

    public static func milliseconds(_ count: Int) -> TimeSpan { TimeSpan(count, 1) }
    public static func seconds(_ count: Int) -> TimeSpan { TimeSpan(count, 1_000) }
    public static func minutes(_ count: Int) -> TimeSpan { TimeSpan(count, 60_000) }
    public static func hours(_ count: Int) -> TimeSpan { TimeSpan(count, 3_600_000) }
    public static func days(_ count: Int) -> TimeSpan { TimeSpan(count, 86_400_000) }

    /// A hundred years, so that an event's time plus a span cannot overflow.
    static let longest = TimeSpan.days(36_500)

    private init(_ count: Int, _ unit: Int64) {
        let (product, overflow) = Int64(count).multipliedReportingOverflow(by: unit)
        milliseconds = overflow ? .max : product
    }
}
