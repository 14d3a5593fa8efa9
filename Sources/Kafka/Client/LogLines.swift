internal import Synchronization

/// librdkafka's own log lines, kept for the application instead of going to standard error.
///
/// Written by librdkafka's threads, taken by the application's.
final class LogLines: Sendable {
    private static let limit = 200
    private let lines = Mutex<[KafkaLogLine]>([])

    func append(_ line: KafkaLogLine) {
        lines.withLock { lines in
            if lines.count < Self.limit { lines.append(line) }
        }
    }

    func take() -> [KafkaLogLine] {
        lines.withLock { lines in
            defer { lines.removeAll() }
            return lines
        }
    }
}
