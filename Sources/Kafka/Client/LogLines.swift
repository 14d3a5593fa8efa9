internal import Synchronization

/// librdkafka's own log lines, kept for the application instead of going to standard error.
///
/// Written by librdkafka's threads, taken by the application's.
final class LogLines: Sendable {
    /// More than these between two looks are only counted.
    static let limit = 200

    private struct State {
        var lines: [KafkaLogLine] = []
        var dropped = 0
    }

    private let state = Mutex(State())

    func append(_ line: KafkaLogLine) {
        state.withLock { state in
            if state.lines.count < Self.limit { state.lines.append(line) } else { state.dropped += 1 }
        }
    }

    /// The lines since the last look; how many there were beyond the limit is the last of them.
    func take() -> [KafkaLogLine] {
        state.withLock { state in
            defer { state = State() }
            guard state.dropped > 0 else { return state.lines }
            let words = "\(state.dropped) further lines of librdkafka were dropped: there were too many at once"
            return state.lines + [KafkaLogLine(level: 4, facility: "DROPPED", text: words)]
        }
    }
}
