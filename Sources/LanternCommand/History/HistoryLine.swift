import FoundationEssentials
import Records

/// A line of the history as `lantern history` shows it.
struct HistoryLine: Encodable {
    /// By Redis's clock, in milliseconds since 1970.
    let time: Int64
    /// The home database that it is about.
    let database: Int
    let who: String
    let command: String
    let result: String
    let exitCode: Int32

    init(_ entry: HistoryEntry, database: Int) {
        time = entry.time
        self.database = database
        who = entry.who
        command = entry.command
        result = entry.result
        exitCode = entry.exitCode
    }

    /// `2026-11-25T10:00:00Z`
    var moment: String { Date(timeIntervalSince1970: Double(time / 1_000)).formatted(.iso8601) }

    /// The lines of several home databases in one order, the newest first.
    static func merged(_ lines: [HistoryLine], limit: Int) -> [HistoryLine] {
        let sorted = lines.enumerated().sorted { one, other in
            (other.element.time, one.offset) < (one.element.time, other.offset)
        }
        return sorted.prefix(limit).map(\.element)
    }
}
