internal import ChildProcess
public import Foundation
internal import Glibc
internal import RedisServer

/// A real Apache Kafka for tests: one KRaft node on free ports, with its data in a temporary folder.
///
/// It ends with the object, or with the process that made it.
public final class KafkaServer {
    /// Why no Kafka can be started here.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The installation: KAFKA_HOME, or `../shared/kafka` beside the package (or beside a worktree's main checkout).
    public static let home: String? = {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates =
            [environment["KAFKA_HOME"]].compactMap { $0 }
            + ["../shared/kafka", "../../shared/kafka"].map { package.appendingPathComponent($0).standardized.path }
        return candidates.first { FileManager.default.fileExists(atPath: "\($0)/libs") }
    }()

    /// Whether a server can be started; use it as a test's condition with `skipReason` as its comment.
    public static var isAvailable: Bool { home != nil && java != nil }

    /// What is missing, for people.
    public static let skipReason =
        "SKIPPED: no real Apache Kafka. Set KAFKA_HOME (or provide ../shared/kafka) and install Java 17 to run these tests."

    private static let java: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return path.split(separator: ":").map { "\($0)/java" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    /// Where configuration, data and log are.
    public let folder: URL
    /// The value for `bootstrap.servers`.
    public let bootstrapServers: String
    /// The same for user `lantern` with password `secret` (SASL_PLAINTEXT, PLAIN), who has only the rights that it is given.
    public let securedServers: String?
    /// The same over TLS (SASL_SSL, PLAIN or SCRAM-SHA-256), and the PEM file of the authority to trust.
    public let encryptedServers: String?
    public var authority: String { folder.appendingPathComponent("server.crt").path }
    private var process: Process?
    private let processors: Int

    /// A second way to the server, for those who are to be led through a proxy.
    public struct SideDoor: Sendable {
        /// Where the server listens.
        public var port: UInt16
        /// The port on 127.0.0.1 that it tells those who come this way: the proxy's.
        public var advertised: UInt16

        public init(port: UInt16, advertised: UInt16) {
            self.port = port
            self.advertised = advertised
        }
    }

    /// Formats a new log and starts a server; answers when it takes connections.
    ///
    /// - Parameters:
    ///   - settings: lines of server.properties in addition to, or instead of, the usual ones.
    ///   - clusterID: 22 characters of URL-safe Base64; another one makes the server another cluster.
    ///   - port: where it listens; nil is a free one.
    ///   - isSecured: whether it has listeners for user `lantern`, one of them over TLS, and looks at rights; not together with
    ///     a side door.
    public init(
        settings: [String: String] = [:], processors: Int = 2, clusterID: String = "bGFudGVybi10ZXN0cy0wMA",
        port: UInt16? = nil, sideDoor: SideDoor? = nil, isSecured: Bool = false
    ) throws {
        guard Self.isAvailable else { throw Failure(description: Self.skipReason) }
        self.processors = processors
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-kafka-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (port, controller) = try (Int(port ?? freePort()), Int(freePort()))
        let secured = isSecured ? try Int(freePort()) : nil
        let encrypted = isSecured ? try Int(freePort()) : nil
        securedServers = secured.map { "127.0.0.1:\($0)" }
        encryptedServers = encrypted.map { "127.0.0.1:\($0)" }
        bootstrapServers = "127.0.0.1:\(port)"
        try Self.properties(
            port: port, controller: controller, data: folder.appendingPathComponent("data").path, sideDoor,
            secured: secured, encrypted: encrypted, settings
        )
        .write(to: folder.appendingPathComponent("server.properties"), atomically: true, encoding: .utf8)
        try Self.logging.write(
            to: folder.appendingPathComponent("log4j2.properties"), atomically: true, encoding: .utf8)
        if isSecured { try makeCertificate() }
        let users = isSecured ? ["--add-scram", "SCRAM-SHA-256=[name=lantern,password=secret]"] : []
        let format = try run(
            ["kafka.tools.StorageTool", "format", "-t", clusterID, "-c", "server.properties"] + users)
        format.waitUntilExit()
        guard format.terminationStatus == 0 else {
            throw Failure(description: "kafka.tools.StorageTool failed: \(log)")
        }
        try start()
    }

    /// One that is its own authority, with its key in one file, as Kafka wants them.
    private func makeCertificate() throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/bin/sh")
        openssl.currentDirectoryURL = folder
        openssl.arguments = [
            "-c",
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kafka -addext subjectAltName=IP:127.0.0.1 "
                + "-keyout server.key -out server.crt 2>openssl.log && cat server.key server.crt >server.pem",
        ]
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failure(description: "openssl made no certificate") }
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What the server wrote on its standard output and error.
    public var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    /// The server's process while it runs.
    public var processIdentifier: Int32? { process?.processIdentifier }

    /// Starts the server on the data that it has, and waits until it takes connections.
    public func start(withinSeconds limit: Double = 180) throws {
        guard process == nil else { return }
        let before = startCount
        let started = try run(["kafka.Kafka", "server.properties"])
        process = started
        let end = Date(timeIntervalSinceNow: limit)
        // The broker writes this line when it is ready; it may take connections and refuse requests before.
        while startCount == before {
            guard started.isRunning else { throw Failure(description: "Kafka ended at once: \(log)") }
            guard Date() < end else { throw Failure(description: "Kafka is not ready after \(limit) s: \(log)") }
            usleep(20_000)
        }
    }

    /// How often the log says that a server became ready.
    private var startCount: Int { log.components(separatedBy: "Kafka Server started").count - 1 }

    /// Stops the server in good order.
    public func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
    }

    /// Ends the server as a loss of power would (kill -9).
    public func kill() {
        guard let process else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
    }

    /// Gives user `lantern` a right, or takes it away, by Kafka's own tool: `["--operation", "Read", "--topic", "t"]`.
    public func changeRight(_ change: RightChange, _ words: [String]) throws {
        let tool = try run(
            [
                "org.apache.kafka.tools.AclCommand", "--bootstrap-server", bootstrapServers, "--force", change.rawValue,
                "--allow-principal", "User:lantern",
            ] + words)
        tool.waitUntilExit()
        guard tool.terminationStatus == 0 else { throw Failure(description: "AclCommand failed: \(log.suffix(2_000))") }
    }

    /// What becomes of a right.
    public enum RightChange: String, Sendable {
        case give = "--add"
        case take = "--remove"
    }

    /// Freezes the server (SIGSTOP).
    public func suspend() {
        if let process { _ = Glibc.kill(process.processIdentifier, SIGSTOP) }
    }

    /// Lets a frozen server continue (SIGCONT).
    public func resume() {
        if let process { _ = Glibc.kill(process.processIdentifier, SIGCONT) }
    }

    /// Runs a Java program of the installation in the server's folder, its output going to `log`.
    private func run(_ arguments: [String]) throws -> Process {
        guard let home = Self.home, let java = Self.java else { throw Failure(description: Self.skipReason) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: java)
        process.currentDirectoryURL = folder
        process.arguments =
            [
                "-Xms256m", "-Xmx1g", "-XX:ActiveProcessorCount=\(processors)", "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.configurationFile=log4j2.properties", "-cp", "\(home)/libs/*",
            ] + arguments
        try process.log(to: folder.appendingPathComponent("log").path)
        try process.run()
        if arguments.first == "kafka.Kafka" { try process.endWithTests(removing: folder) }
        return process
    }
}
