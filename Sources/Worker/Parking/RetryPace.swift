/// How many events the next slice of a retry has: fewer after a row that could not take its changes.
struct RetryPace {
    var limit = 200
    /// How many the last one had.
    var lastSlice = 0
}
