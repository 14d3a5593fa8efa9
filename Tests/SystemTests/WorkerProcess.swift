import ChildProcess
import Foundation

/// The program, or another one of the package, as a process with its own log; killed with the object, or with the tests.
final class WorkerProcess {
    private let process = Process()
    private let logPath: String

    /// Starts it with these arguments; its output goes to the file `logPath`.
    init(_ arguments: [String], logPath: String, program: URL = Stage.binary) throws {
        self.logPath = logPath
        try? FileManager.default.removeItem(atPath: logPath)
        process.executableURL = program
        process.arguments = arguments
        process.environment = Stage.environment
        try process.log(to: logPath)
        try process.run()
        try process.endWithTests()
    }

    deinit { kill() }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// What it wrote.
    var log: String {
        guard let data = FileManager.default.contents(atPath: logPath) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The lines of its log in which `words` occur.
    func lines(_ words: String) -> [Substring] { log.split(separator: "\n").filter { $0.contains(words) } }

    func waitForLog(_ words: String, times: Int = 1, seconds: Double = 180) -> Bool {
        eventually(within: seconds) { lines(words).count >= times || !isRunning } && lines(words).count >= times
    }

    func signal(_ signal: Int32) { if process.isRunning { _ = Foundation.kill(identifier, signal) } }

    /// `kill -9`, awaited.
    func kill() {
        guard process.isRunning else { return }
        _ = Foundation.kill(identifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM; the exit code.
    func stop(withinSeconds limit: Double = 180) throws -> Int32 {
        signal(SIGTERM)
        return try exitCode(withinSeconds: limit)
    }

    /// Awaits its end; kills it and throws with its log where it does not end.
    func exitCode(withinSeconds limit: Double = 300) throws -> Int32 {
        guard eventually(within: limit, { !process.isRunning }) else {
            kill()
            throw SystemTestFailure(description: "lantern did not end within \(limit) s: \(log.suffix(4_000))")
        }
        guard process.terminationReason == .exit else {
            throw SystemTestFailure(
                description: "lantern died by signal \(process.terminationStatus): \(log.suffix(4_000))")
        }
        return process.terminationStatus
    }
}
