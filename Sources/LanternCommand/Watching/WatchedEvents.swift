/// The events that a partition's checkpoint passed between two looks.
struct WatchedEvents: Encodable, Equatable {
    let topic: String
    let partition: Int32
    /// The offsets of the first and the last of them. If Redis lost what it had acknowledged, the last one is below the
    /// first: the checkpoint went back.
    let first: Int64
    let last: Int64

    /// `orders-3@1041`, or a range.
    var text: String {
        let place = "\(topic)-\(partition)"
        if last < first - 1 { return "\(place) went back to @\(last)" }
        return last > first ? "\(place)@\(first)..\(last)" : "\(place)@\(last)"
    }

    /// Several, cut if they are many.
    static func text(_ all: [WatchedEvents]) -> String {
        if all.isEmpty { return "without an event: it expired, or another program wrote it" }
        let shown = all.prefix(3).map(\.text).joined(separator: " ")
        return all.count > 3 ? "\(shown) and \(all.count - 3) more partitions" : shown
    }
}
