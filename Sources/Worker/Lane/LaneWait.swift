/// What a lane waits for in the middle of its loop, always with a time-out: one that does is not stuck.
public enum LaneWait: String, Sendable {
    case redis = "Redis"
    case redisAndKafka = "Redis and Kafka"
    case kafka = "Kafka"
    case deadLetterTopic = "the dead-letter topic"

    /// nil: the action is done at once.
    init?(_ action: LaneAction) {
        switch action {
        case .connect, .checkRows, .locateGeneration, .liftDrain, .writeDamage, .carryOut: self = .redis
        case .readCheckpoints, .resolveMissing: self = .redisAndKafka
        case .place, .pause, .release, .askEnds: self = .kafka
        case .deadLetter: self = .deadLetterTopic
        case .disconnect, .commit, .generationChanged, .inspect, .report: return nil
        }
    }
}
