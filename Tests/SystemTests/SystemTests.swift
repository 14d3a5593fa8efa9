import Foundation
import KafkaServer
import RedisServer
import Testing

/// The built program as a process, on a real Kafka and a real Redis. One test at a time: they share the Kafka.
///
/// `LANTERN_LONG=1` takes the full figures; `LANTERN_BINARY=PATH` another build of the program than the one beside the
/// tests; `LANTERN_LIBRDKAFKA=PATH` has the program use that librdkafka. What was seen is printed in lines that begin with
/// `FIGURE`.
@Suite(.serialized, .enabled(if: KafkaServer.isAvailable, Comment(rawValue: KafkaServer.skipReason)))
struct SystemTests {}

/// What all the tests stand on.
enum Stage {
    /// Whether the full figures are wanted.
    static let isLong = ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1"

    /// The program: LANTERN_BINARY, or the one built beside the tests.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["LANTERN_BINARY"] { return URL(fileURLWithPath: path) }
        return built("lantern")
    }()

    /// A program that was built beside the tests.
    static func built(_ name: String) -> URL {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent(name)
    }

    /// What the program is started with: the tests' own, with another librdkafka where one is wanted.
    static let environment: [String: String] = {
        var environment = ProcessInfo.processInfo.environment
        if let library = environment["LANTERN_LIBRDKAFKA"] { environment["LD_PRELOAD"] = library }
        return environment
    }()

    /// Started by the first test, ended with the process; takes records of 60 MB and compacts at once.
    nonisolated(unsafe) private static let server = Result {
        let behind = try freePort()
        let proxy = try TCPProxy(to: behind)
        let kafka = try KafkaServer(
            settings: [
                "message.max.bytes": "64000000", "log.cleaner.backoff.ms": "200", "log.cleanup.policy": "delete",
            ], sideDoor: .init(port: behind, advertised: proxy.port))
        return (kafka: kafka, proxy: proxy)
    }

    static func kafka() throws -> KafkaServer { try unsafe server.get().kafka }

    /// A proxy to the same Kafka; who goes through it is led to it for everything.
    static func sideDoor() throws -> TCPProxy { try unsafe server.get().proxy }

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
