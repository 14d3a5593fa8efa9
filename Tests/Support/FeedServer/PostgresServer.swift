internal import ChildProcess
internal import Foundation
internal import Glibc
internal import RedisServer

/// A real PostgreSQL for tests, whose changes can be read from its log: on a free port, with its data in a temporary folder.
///
/// It ends with the object, or with the process that made it.
public final class PostgresServer {
    /// Why no PostgreSQL can be started here, or what one said.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The folder of the server's programs: of the newest version that is installed (Debian).
    private static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.compactMap(Int.init).sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }.first {
            FileManager.default.isExecutableFile(atPath: "\($0)/initdb")
        }
    }()

    /// As root the server does not run: then its user's name.
    private static let user: String? = getuid() == 0 ? "postgres" : nil

    public static var isAvailable: Bool {
        if programs == nil { return false }
        return unsafe user == nil || getpwnam("postgres") != nil
    }

    public let port: Int
    private let folder: URL
    private var process: Process?

    /// Makes a new cluster and starts it; returns when it takes connections.
    public init() throws {
        guard Self.isAvailable else { throw Failure(description: "no PostgreSQL: apt-get install postgresql") }
        port = try Int(freePort())
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-postgres-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let user = Self.user { try Self.run("/bin/chown", [user, folder.path]) }
        try Self.run(
            as: Self.user, "initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8", "--locale=C"])
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private var data: String { folder.appendingPathComponent("data").path }

    /// Starts it, again after ``kill()``.
    public func start() throws {
        let settings = [
            "port=\(port)", "listen_addresses=127.0.0.1", "unix_socket_directories=", "wal_level=logical", "fsync=off",
            "max_replication_slots=8", "max_wal_senders=8",
        ]
        let process = Process()
        let arguments = ["-D", data] + settings.flatMap { ["-c", $0] }
        try Self.prepare(process, as: Self.user, "postgres", arguments)
        try process.log(to: logPath)
        try process.run()
        self.process = process
        try process.endWithTests(identifierFile: identifierFile, removing: folder)
        let deadline = Date(timeIntervalSinceNow: 60)
        while (try? sql("select 1")) == nil {
            guard process.isRunning, Date() < deadline else {
                throw Failure(description: "PostgreSQL does not start: \(log.suffix(2_000))")
            }
            usleep(50_000)
        }
    }

    private var logPath: String { folder.appendingPathComponent("log").path }

    public var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// Where the server writes which process it is: behind the program that gave it its user.
    private var identifierFile: String { data + "/postmaster.pid" }

    private var identifier: Int32? {
        guard let text = try? String(contentsOfFile: identifierFile, encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first.flatMap { Int32($0) }
    }

    /// `kill -9`, awaited.
    public func kill() {
        guard let process else { return }
        if let identifier { _ = Glibc.kill(identifier, SIGKILL) }
        process.waitUntilExit()
        self.process = nil
    }

    /// Runs statements, as one transaction only if they say so; returns what they print, a row a line, columns between bars.
    @discardableResult
    public func sql(_ text: String, database: String = "postgres") throws -> String {
        guard let programs = Self.programs else { throw Failure(description: "no PostgreSQL") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programs + "/psql")
        process.arguments = [
            "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", "-d", database, "-X", "-q", "-A", "-t", "-v",
            "ON_ERROR_STOP=1",
        ]
        // A file, no pipe: one that ends before it has read all of it would end this process by SIGPIPE, and not say why.
        let file = folder.appendingPathComponent("sql-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let found = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: String(decoding: said, as: UTF8.self))
        }
        return String(decoding: found, as: UTF8.self)
    }

    private static func prepare(_ process: Process, as user: String?, _ program: String, _ arguments: [String]) throws {
        guard let programs else { throw Failure(description: "no PostgreSQL") }
        let path = "\(programs)/\(program)"
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.executableURL = URL(fileURLWithPath: user == nil ? path : "/sbin/runuser")
        process.arguments = user.map { ["-u", $0, "--", path] + arguments } ?? arguments
    }

    private static func run(as user: String?, _ program: String, _ arguments: [String]) throws {
        let process = Process()
        try prepare(process, as: user, program, arguments)
        try finish(process)
    }

    private static func run(_ path: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        try finish(process)
    }

    private static func finish(_ process: Process) throws {
        let (said, code) = try process.finish()
        guard code == 0 else { throw Failure(description: said) }
    }
}
