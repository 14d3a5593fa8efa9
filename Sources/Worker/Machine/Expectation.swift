/// Which reply comes next on the connection.
enum Expectation: Equatable {
    case multi
    /// This many `QUEUED` in a row.
    case queued(Int)
    /// EXEC of this many commands.
    case executed(Int)
    /// DISCARD of a transaction that was not closed.
    case discarded
    case watch
    case fence
    /// The generation's record, while the lane stands.
    case record
    /// How many requests there are.
    case requestCount
    /// Their names.
    case requests
    case role
    case time
    /// Whether the server may evict keys.
    case memory
    /// The reply to something outside of the fence.
    case ignored
}
