/// What an event's time is found with, once it is behind.
package enum TimePlace {
    /// What the record itself has: nothing is decoded.
    case record
    /// The value, which must be decoded once more.
    case value
    /// A value that is too large for that.
    case large
}

extension FoldProgram {
    /// A larger value is not decoded once more only to find its time.
    private static let largestDecodedAgain = 1 << 16

    func timePlace(of event: borrowing Event) -> TimePlace {
        guard let value = event.value, topics[event.topic].time?.kind == .path else { return .record }
        return value.count > Self.largestDecodedAgain ? .large : .value
    }
}

extension Fold {
    package func timePlace(of event: borrowing Event) -> TimePlace { program.timePlace(of: event) }

    /// When an event happened, in milliseconds since 1970; nil if that cannot be read.
    package func time(of event: borrowing Event, _ decoded: borrowing DecodedValue) -> Int64? {
        try? program.time(event, decoded)
    }
}

extension SwiftFold {
    package func timePlace(of event: borrowing Event) -> TimePlace { program.timePlace(of: event) }

    /// When an event happened, in milliseconds since 1970; nil if that cannot be read.
    package func time(of event: borrowing Event, _ decoded: borrowing DecodedValue) -> Int64? {
        try? program.time(event, decoded)
    }
}
