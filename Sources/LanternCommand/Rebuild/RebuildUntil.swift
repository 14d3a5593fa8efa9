import CommandLine
import FoundationEssentials
import Lantern
import Projections
import Records
import Worker

/// `--until`: a time, or offsets.
enum RebuildUntil: Equatable {
    /// Milliseconds since 1970.
    case time(Int64)
    case offsets(StopOffsets)

    /// nil if the option is not given.
    init?(_ parsed: ParsedCommand) throws(UsageError) {
        guard let text = parsed.value("until") else { return nil }
        guard let read = Self(text: text) else {
            throw parsed.error(
                .invalidValue,
                "'--until' takes a time such as 2026-11-25T10:00:00Z, or TOPIC:PARTITION:OFFSET (several by commas), not '\(text)'"
            )
        }
        self = read
    }

    init?(text: String) {
        if let offsets = StopOffsets(text: text) {
            self = .offsets(offsets)
        } else if let date = Self.date(text) {
            self = .time(Int64((date.timeIntervalSince1970 * 1_000).rounded()))
        } else {
            return nil
        }
    }

    /// ISO 8601 with a zone; seconds may be left out.
    private static func date(_ text: String) -> Date? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            if let date = try? style.parse(text) { return date }
        }
        guard let zone = text.lastIndex(where: { "Z+-".contains($0) }), text[..<zone].count == 16 else { return nil }
        return try? Date.ISO8601FormatStyle().parse("\(text[..<zone]):00\(text[zone...])")
    }

    /// The offsets at which the builds of all projections stop.
    func stops(_ unit: RebuildUnit) throws -> StopOffsets {
        switch self {
        case .offsets(let offsets):
            let known = Set(unit.plans.flatMap { $0.topics.map(\.name) })
            if let topic = offsets.topics.first(where: { !known.contains($0) }) {
                throw WorkerError(
                    .configuration,
                    "--until names topic \(topic), which no projection of the file reads; they read \(known.sorted().joined(separator: ", "))"
                )
            }
            return offsets
        case .time(let milliseconds):
            var all = StopOffsets()
            for plan in unit.plans {
                let stops = try ProjectionSettings(plan, in: unit.configuration).stops(before: milliseconds)
                all.merge(stops)
            }
            return all
        }
    }
}
