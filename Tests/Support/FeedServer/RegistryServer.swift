internal import ChildProcess
internal import Foundation
internal import Glibc
internal import KafkaServer
internal import RedisServer
internal import WebClient

/// Apicurio Registry in a process of its own, with everything in memory. It ends with the object.
public final class RegistryServer {
    /// Why no registry can be started here, or why no events can be written by it.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The folder of its jars: REGISTRY_HOME, or `registry` beside the Kafka of the tests or beside the package.
    private static let home: String? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let beside = KafkaServer.home.map { URL(fileURLWithPath: $0).appendingPathComponent("../registry") }
        let candidates =
            [beside] + ["../shared/registry", "../../shared/registry"].map { package.appendingPathComponent($0) }
        return
            ([ProcessInfo.processInfo.environment["REGISTRY_HOME"]] + candidates.map { $0?.standardized.path })
            .compactMap { $0 }.first { FileManager.default.fileExists(atPath: "\($0)/\(jar)") }
    }()

    private static let jar = "apicurio-registry-app-3.0.9-runner.jar"

    /// Whether it can be started.
    public static var isAvailable: Bool { home != nil && program("java") }

    /// Whether Kafka Connect can be given a converter that writes Avro: that needs Java's compiler.
    public static var hasConverter: Bool { isAvailable && ConnectServer.isAvailable && program("javac") }

    private static func program(_ name: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    public let port: UInt16
    /// Where it speaks the API of Confluent's registry.
    public var url: String { "http://127.0.0.1:\(port)/apis/ccompat/v7" }
    private let process = Process()
    private let folder: URL

    /// Starts it; returns when it answers.
    public init() throws {
        guard let home = Self.home else { throw Failure(description: "no Apicurio Registry: set REGISTRY_HOME") }
        port = try freePort()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-registry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "java", "-Dquarkus.http.port=\(port)", "-Dquarkus.http.host=127.0.0.1", "-jar", "\(home)/\(Self.jar)",
        ]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try process.endWithTests(removing: folder)
        let deadline = Date(timeIntervalSinceNow: 120)
        while try !answers() {
            guard process.isRunning, Date() < deadline else {
                throw Failure(description: "the registry does not start")
            }
            usleep(100_000)
        }
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    private func answers() throws -> Bool {
        HTTPClient(port: port)?.ask("GET", "/apis/ccompat/v7/subjects", [])?.status == 200
    }

    /// `kill -9`, awaited: what it had is lost.
    public func stop() {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Compiles the converter that writes Avro; returns what Kafka Connect needs on its class path.
    public static func converterClasses() throws -> [String] { try compiled.get() }

    private static let compiled = Result { () throws -> [String] in
        guard let home, let kafka = KafkaServer.home else { throw Failure(description: "no registry, or no Kafka") }
        let classes = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-converter-\(getpid())")
        try FileManager.default.createDirectory(at: classes, withIntermediateDirectories: true)
        let avro = "\(home)/lib/org.apache.avro.avro-1.12.0.jar"
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("AvroConverter.java")
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "javac", "-d", classes.path, "-cp", "\(kafka)/libs/*:\(ConnectServer.libraryFolder ?? "")/*:\(avro)",
            source.path,
        ]
        compiler.standardInput = FileHandle.nullDevice
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Failure(description: "javac refuses AvroConverter.java") }
        return [classes.path, avro]
    }
}
