/// What a reader who is told gets. States are told, not changes: versions may be skipped, the last one never is.
public enum Change<Rows: Sendable>: Sendable {
    /// The rows as they are: first, and after each reset.
    case snapshot(Answer<Rows>)
    /// The rows after one of them changed.
    case rows(Answer<Rows>)
    /// Something may have been missed: a promotion, a failover, a stream that was cut. A snapshot follows.
    case reset
}
