/// When something that failed is tried again: 50 ms later, and after each further failure in a row twice as long, up to 5 s.
/// Times are milliseconds of one clock.
struct RetryPause: Sendable, Equatable {
    static let first: Int64 = 50
    static let longest: Int64 = 5_000

    private var last: Int64 = 0
    private var end: Int64 = 0

    /// Whether it may be tried now.
    func isOver(at now: Int64) -> Bool { last == 0 || now >= end }

    mutating func failed(at now: Int64) {
        last = last == 0 ? Self.first : min(last * 2, Self.longest)
        end = now + last
    }

    mutating func wentWell() { last = 0 }
}
