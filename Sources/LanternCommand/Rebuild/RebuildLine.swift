/// One line of `lantern rebuild --json`.
struct RebuildLine: Encodable, Equatable {
    enum Event: String, Encodable {
        case started, progress, waiting, promoted, aborted
        case caughtUp = "caught-up"
        case rateSet = "rate-set"
    }

    var event: Event
    /// Where the build is; nil if there is none.
    var database: Int?
    /// Events that the live side has passed and the build has not.
    var remaining: Int64?
    /// Events a second.
    var rate: Double?
    /// Until the slowest partition has caught up; nil while that cannot be said.
    var etaSeconds: Double?
    /// What it waits for, or what bounds its rate.
    var reason: String?
}
