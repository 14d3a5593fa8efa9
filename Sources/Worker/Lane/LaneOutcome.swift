/// How a lane ended.
public enum LaneOutcome: Sendable, Equatable {
    case stopped
    /// The generation key holds something else now; nil: it is gone.
    case generationChanged(String?)
    /// Kafka refuses what does not pass by itself: someone has to act, and then it can be tried again.
    case refused(String)
    case failed(String)
}
