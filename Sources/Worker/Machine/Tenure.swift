/// What the generation's record lets a lane do.
enum Tenure {
    /// It is as expected: the lane may write.
    case holds
    /// A promotion drains the generation: the lane folds nothing until the record is as expected again, and looks at it
    /// next at this time. `expired`: the record, if its deadline has passed.
    case stands(nextLook: Int64, expired: [UInt8]? = nil)
    /// The generation is being dropped, or another one in this place: nothing more is written.
    case ended

    /// Whether the lane may write; asked for each event, which a comparison of the payloads would slow down.
    var allowsWriting: Bool { if case .holds = self { true } else { false } }
}
