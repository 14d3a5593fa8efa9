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
        // Redis writes `1-2`, whatever a client writes; a sign is no digit.
        guard numbers.count == 2, numbers.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let time = UInt64(numbers[0]), let count = UInt64(numbers[1])
        else { return nil }
        self.init(generation: String(parts[0]), entry: "\(time)-\(count)")
    }

    /// An event's id: the positions of all projections that its rows are of, in order.
    static func text(of positions: [StreamPosition]) -> String { positions.map(\.text).joined(separator: ",") }

    static func list(_ text: String) -> [StreamPosition]? {
        let list = text.split(separator: ",", omittingEmptySubsequences: false).map { StreamPosition($0) }
        return list.contains(nil) ? nil : list.compactMap { $0 }
    }
}
