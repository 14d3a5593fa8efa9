/// How a promotion ended.
public enum PromotionOutcome: Sendable, Equatable {
    /// The databases are exchanged; for that long no checkpoint advanced.
    case swapped(pauseMilliseconds: Int64)
    /// Nothing was changed, and why.
    case refused(String)
    /// The live generations stood for a while, and go on; nothing else has happened.
    case undone(String)
    /// Redis did not answer for so long that it is not known which of the two happened.
    case unknown(String)
}
