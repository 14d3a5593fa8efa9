import FoundationEssentials
import Projections
import Reads
import System

/// What became of a request, as a response: rows with their vector, or a problem.
enum ReadResponse {
    static func of(
        _ outcome: ReadOutcome, _ parts: [ReadPart], isQuery: Bool = false,
        write: (ReadAnswer, inout JSONOutput) -> Void
    ) -> HTTPResponse {
        switch outcome {
        case .answer(let answer, let shortfall): answered(answer, shortfall, parts, isQuery, write)
        case .stale(let shortfall, let vectors): headed(stale(shortfall).response, vectors)
        case .parked(let place, let vectors):
            headed(
                Problem(
                    .parked,
                    "the event at \(place.topic)/\(place.partition)@\(place.offset) could not be projected and waits parked: the rows are without it. See `lantern parked list`.",
                    members: [("event", .text("\(place.topic)/\(place.partition)@\(place.offset)"))]
                ).response, vectors)
        case .failed(let failure): problem(failure).response
        }
    }

    private static func answered(
        _ answer: ReadAnswer, _ shortfall: Shortfall?, _ parts: [ReadPart], _ isQuery: Bool,
        _ write: (ReadAnswer, inout JSONOutput) -> Void
    ) -> HTTPResponse {
        var response: HTTPResponse
        if !isQuery, let missing = missing(answer.parts[0], of: parts[0]) {
            response = missing.response
        } else {
            var json = JSONOutput()
            write(answer, &json)
            response = .json(200, json.bytes)
            response.entityTag = EntityTag.of(json.bytes)
        }
        response = headed(response, answer.vectors)
        let degraded = zip(parts, answer.degraded).filter(\.1).map(\.0.name)
        if !degraded.isEmpty {
            response = response.adding(
                "Lantern-Degraded", isQuery ? "parked; \(degraded.joined(separator: ","))" : "parked")
        }
        if let shortfall { response = response.adding("Lantern-Stale", line(shortfall)) }
        return response
    }

    static let longestVector = 6_000

    private static func missing(_ part: ReadAnswer.Part, of asked: ReadPart) -> Problem? {
        switch part {
        case .row(nil): Problem(.row, "view \(asked.view.name) has no such row")
        case .noMember: Problem(.row, "view \(asked.view.name) has no such member")
        default: nil
        }
    }

    /// The vector of one projection, or of several after their names.
    static func checkpoint(_ vectors: [ProjectionVector]) -> String {
        if vectors.count == 1, let first = vectors.first { return first.text }
        return vectors.map { "\($0.projection)=\($0.text)" }.joined(separator: "; ")
    }

    static func generation(_ vectors: [ProjectionVector]) -> String {
        vectors.map { "\($0.projection):\($0.generation)" }.joined(separator: ", ")
    }

    private static func headed(_ response: HTTPResponse, _ vectors: [ProjectionVector]) -> HTTPResponse {
        guard !vectors.isEmpty else { return response }
        var response = response
        let checkpoint = checkpoint(vectors)
        // The head of a response has a bound; with hundreds of partitions the vector is not in it.
        if (1...longestVector).contains(checkpoint.utf8.count) {
            response = response.adding("Lantern-Checkpoint", checkpoint)
        }
        response = response.adding("Lantern-Generation", generation(vectors))
        // Of several the one that is furthest behind.
        if let time = vectors.compactMap(\.eventTime).min() {
            response = response.adding("Lantern-Event-Time", Self.time(time))
        }
        return response
    }

    private static func stale(_ shortfall: Shortfall) -> Problem {
        var members: [(name: String, value: Problem.Value)] = [
            ("reason", .text(shortfall.reason.rawValue)), ("have", .text(shortfall.have)),
            ("want", .text(shortfall.want)),
        ]
        if let events = shortfall.events { members.append(("eventsBehind", .number(events))) }
        if let behind = millisecondsBehind(shortfall) { members.append(("millisecondsBehind", .number(behind))) }
        return Problem(
            .stale,
            "have \(shortfall.have), want \(shortfall.want). Try again, wait longer, or take what there is with `stale=allow`.",
            members: members)
    }

    /// For `Lantern-Stale`; it holds no line end, whatever a server said.
    private static func line(_ shortfall: Shortfall) -> String {
        var words = ["\(shortfall.reason.rawValue)", "have=\"\(shortfall.have)\"", "want=\"\(shortfall.want)\""]
        if let events = shortfall.events { words.append("events=\(events)") }
        if let behind = millisecondsBehind(shortfall) { words.append("milliseconds=\(behind)") }
        let text = words.joined(separator: "; ").utf8.prefix(1_000).map { (0x20...0x7E).contains($0) ? $0 : 0x20 }
        return String(decoding: text, as: UTF8.self)
    }

    private static func millisecondsBehind(_ shortfall: Shortfall) -> Int64? {
        shortfall.since.map { max(0, Clock.wallMilliseconds() - $0) }
    }

    private static func problem(_ failure: ReadFailure) -> Problem {
        switch failure {
        case .unavailable(let words), .notServed(let words): Problem(.unavailable, words)
        case .refused(let words): Problem(.refused, words)
        case .busy: Problem(.busy, "too many requests are being answered: try again")
        case .stopping: Problem(.unavailable, "this gateway is being stopped")
        }
    }

    /// RFC 3339 in UTC.
    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
