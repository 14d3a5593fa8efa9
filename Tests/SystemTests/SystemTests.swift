import Foundation
import KafkaServer
import Testing

/// The built program as a process, on a real Kafka and a real Redis. One test at a time: they share the Kafka.
///
/// `LANTERN_LONG=1` takes the full figures; `LANTERN_BINARY=PATH` another build of the program than the one beside the
/// tests. What was seen is printed in lines that begin with `FIGURE`.
@Suite(.serialized, .enabled(if: KafkaServer.isAvailable, Comment(rawValue: KafkaServer.skipReason)))
struct SystemTests {}

/// What all the tests stand on.
enum Stage {
    /// Whether the full figures are wanted.
    static let isLong = ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1"

    /// The program: LANTERN_BINARY, or the one built beside the tests.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["LANTERN_BINARY"] { return URL(fileURLWithPath: path) }
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent("lantern")
    }()

    /// Started by the first test, ended with the process; takes records of 60 MB and compacts at once.
    nonisolated(unsafe) private static let server = Result {
        try KafkaServer(settings: [
            "message.max.bytes": "64000000", "log.cleaner.backoff.ms": "200", "log.cleanup.policy": "delete",
        ])
    }

    static func kafka() throws -> KafkaServer { try unsafe server.get() }

    /// A number for the long and one for the usual run.
    static func count(_ usual: Int, long: Int) -> Int { isLong ? long : usual }

    /// The seed of a test's random choices: SEED from the environment, or a new one.
    static func seed() -> UInt64 {
        ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...1_000_000)
    }

    static func figure(_ text: String) { FileHandle.standardError.write(Data("FIGURE \(text)\n".utf8)) }
}

/// Asks again and again until `condition` holds; false when `seconds` have passed before.
func eventually(within seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        if Date() > end { return false }
        usleep(5_000)
    }
    return true
}

/// What a test could not do.
struct SystemTestFailure: Error, CustomStringConvertible {
    var description: String
}
