/// How far a reader has been told: the live generation, and the last entry of its stream of changes.
public struct StreamPosition: Sendable, Equatable {
    /// Before the first entry.
    static let start = "0-0"

    var generation: String
    var entry: String

    init(generation: String, entry: String) {
        self.generation = generation
        self.entry = entry
    }

    var text: String { "\(generation).\(entry)" }

    /// nil if it is not what an event's id has.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64 else { return nil }
        let numbers = parts[1].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, UInt64(numbers[0]) != nil, UInt64(numbers[1]) != nil else { return nil }
        self.init(generation: String(parts[0]), entry: String(parts[1]))
    }

    /// An event's id: the positions of all projections that its rows are of, in order.
    static func text(of positions: [StreamPosition]) -> String { positions.map(\.text).joined(separator: ",") }

    static func list(_ text: String) -> [StreamPosition]? {
        let list = text.split(separator: ",", omittingEmptySubsequences: false).map { StreamPosition($0) }
        return list.contains(nil) ? nil : list.compactMap { $0 }
    }
}
