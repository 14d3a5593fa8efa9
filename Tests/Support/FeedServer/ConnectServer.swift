internal import ChildProcess
internal import Foundation
internal import Glibc
internal import KafkaServer
internal import RedisServer

/// Kafka Connect in one process with connectors of Debezium, from the settings in deploy/feeds.
///
/// It ends with the object, or with the process that made it.
public final class ConnectServer {
    /// Why no Connect can be started here, or what it said.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Debezium's libraries: DEBEZIUM_HOME, or `debezium` beside the Kafka of the tests.
    static let libraryFolder: String? = {
        let environment = ProcessInfo.processInfo.environment
        let beside = KafkaServer.home.map {
            URL(fileURLWithPath: $0).appendingPathComponent("../debezium").standardized.path
        }
        return [environment["DEBEZIUM_HOME"], beside].compactMap { $0 }.map { $0 + "/libs" }.first {
            FileManager.default.fileExists(atPath: $0)
        }
    }()

    public static var isAvailable: Bool { KafkaServer.isAvailable && libraryFolder != nil }

    private let folder: URL
    private let environment: [String: String]
    private let files: [String]
    private let classPath: [String]
    private var process: Process?

    /// Starts it with connectors.
    ///
    /// - Parameters:
    ///   - connectors: names of files in deploy/feeds, and what replaces settings in them.
    ///   - common: what replaces settings of connect.properties.
    ///   - classPath: what it needs beside its own libraries.
    public init(
        kafka: String, postgres: PostgresServer, common: [String: String] = [:], classPath: [String] = [],
        connectors: [(file: String, settings: [String: String])]
    ) throws {
        guard Self.isAvailable else { throw Failure(description: "no Debezium: set DEBEZIUM_HOME") }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-connect-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var files = [try Self.write("connect.properties", common, into: folder, as: "connect.properties")]
        for (index, connector) in connectors.enumerated() {
            files.append(
                try Self.write(connector.file, connector.settings, into: folder, as: "connector-\(index).properties"))
        }
        self.files = files
        self.classPath = classPath
        environment = [
            "KAFKA": kafka, "CONNECT_OFFSETS": folder.appendingPathComponent("offsets").path,
            "CONNECT_LISTENERS": "http://127.0.0.1:\(try freePort())", "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": "\(postgres.port)", "POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "none",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin",
        ]
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Copies a file of deploy/feeds with other settings; returns its path.
    private static func write(
        _ name: String, _ settings: [String: String], into folder: URL, as copy: String
    ) throws -> String {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let source = package.appendingPathComponent("deploy/feeds/\(name)")
        var lines = try String(contentsOf: source, encoding: .utf8).split(separator: "\n").map(String.init)
        lines.removeAll { line in settings.keys.contains { line.hasPrefix("\($0)=") } }
        lines += settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let target = folder.appendingPathComponent(copy)
        try (lines.joined(separator: "\n") + "\n").write(to: target, atomically: true, encoding: .utf8)
        return target.path
    }

    /// Starts it, again after ``kill()``.
    public func start() throws {
        guard let home = KafkaServer.home, let libraries = Self.libraryFolder else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=2",
                "-Dlog4j2.configurationFile=\(try logging())", "-cp",
                (["\(home)/libs/*", "\(libraries)/*"] + classPath).joined(separator: ":"),
                "org.apache.kafka.connect.cli.ConnectStandalone",
            ] + files
        process.environment = environment
        try process.log(to: logPath)
        try process.run()
        self.process = process
        try process.endWithTests(removing: folder)
    }

    /// Warnings only: Connect tells much.
    private func logging() throws -> String {
        let path = folder.appendingPathComponent("log4j2.properties").path
        try """
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d %p %c %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.console.ref = console

        """.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// When it stored last where its connectors stand, in seconds since 1970; nil: never.
    public var offsetsStoredAt: Double? {
        guard let path = environment["CONNECT_OFFSETS"] else { return nil }
        let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        return date?.timeIntervalSince1970
    }

    public var isRunning: Bool { process?.isRunning == true }

    private var isWritingOffsets: Bool {
        guard let path = environment["CONNECT_OFFSETS"] else { return false }
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return size == 0
    }

    private var logPath: String { folder.appendingPathComponent("log").path }

    public var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// `kill -9`, awaited; but not while it writes its offsets. It empties the file first, so that what is killed then has lost
    /// them, and rows that are deleted before its next snapshot stay in the topic.
    public func kill() {
        guard let process else { return }
        while process.isRunning {
            _ = Glibc.kill(process.processIdentifier, SIGSTOP)
            usleep(10_000)
            if !isWritingOffsets { break }
            _ = Glibc.kill(process.processIdentifier, SIGCONT)
            usleep(10_000)
        }
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        self.process = nil
    }
}
