/// Where a generation is.
public enum Whereabouts: Sendable, Equatable {
    case found(database: Int, isHome: Bool)
    /// No database has it any more.
    case nowhere
    /// Redis did not reply.
    case unknown(String)
}
