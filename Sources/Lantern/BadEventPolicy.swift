internal import Projections

/// What happens to an event that cannot be projected (`on-error:` in YAML).
public enum BadEventPolicy: Sendable, Hashable {
    /// It is kept back together with the later events of its key, until an operator retries, edits or skips it.
    case park
    /// Its partition stops.
    case halt
    /// It is counted and passed.
    case skip
    /// It is produced to this topic and passed.
    case deadLetter(topic: String)

    var plan: ErrorPolicy {
        switch self {
        case .park: .park
        case .halt: .halt
        case .skip: .skip
        case .deadLetter(let topic): .deadLetter(topic: topic)
        }
    }
}
