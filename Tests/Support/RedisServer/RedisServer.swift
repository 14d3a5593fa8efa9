import Glibc
import Synchronization

/// What went wrong with a server or proxy that a test wanted.
public struct RedisServerError: Error, CustomStringConvertible {
    public let description: String
}

/// A private redis-server for tests: a free port on 127.0.0.1, a socket, and a folder of its own under /tmp.
///
/// It is killed and its folder removed when the object goes, or the process that has it, in whatever way.
public final class RedisServer: Sendable {
    /// Its folder; `appendonlydir` and `dump.rdb` are there.
    public let folder: String
    /// Its port on 127.0.0.1, kept over restarts.
    public let port: UInt16
    private let options: [String]
    private let state = Mutex(State())
    private let guardian: Guardian

    private struct State {
        var process: pid_t = 0
    }

    /// The path of its socket.
    public var socketPath: String { "\(folder)/redis.sock" }
    /// `redis://127.0.0.1:PORT`
    public var url: String { "redis://127.0.0.1:\(port)" }
    /// `unix://PATH`
    public var unixURL: String { "unix://\(socketPath)" }
    /// Its process, 0 when it does not run.
    public var process: Int32 { state.withLock { $0.process } }
    /// What it has logged.
    public var logPath: String { "\(folder)/redis.log" }

    /// Starts a server without persistence unless `options` (as on its command line: `--appendonly yes`) say otherwise.
    public init(options: [String] = [], waitUntilReady: Bool = true) throws {
        var template = Array("/tmp/lantern-redis-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw RedisServerError(description: "mkdtemp: \(errno)") }
        folder = unsafe String(cString: made)
        port = try freePort()
        self.options = options
        guardian = try Guardian(folder: folder)
        try start(waitUntilReady: waitUntilReady)
    }

    deinit {
        try? end(SIGKILL)
    }

    /// Starts it (again) on the data in its folder.
    public func start(waitUntilReady: Bool = true) throws {
        precondition(process == 0, "it runs already")
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw RedisServerError(description: "pipe: \(errno)") }
        let arguments =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socketPath, "--dir", folder,
                "--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "notice",
            ] + options
        let child = try spawn("/usr/bin/redis-server", arguments, output: ends[1])
        close(ends[1])
        let reader = LogReader(descriptor: ends[0], path: logPath)
        state.withLock { $0.process = child }
        guardian.watch(child)
        try reader.start()
        if waitUntilReady, !reader.waitUntil("Ready to accept connections", seconds: 120) {
            try end(SIGKILL)
            throw RedisServerError(description: "redis-server did not start: \(reader.text)")
        }
    }

    /// Ends it as an operator would; what its options say is saved.
    public func stop() throws { try end(SIGTERM) }
    /// `kill -9`.
    public func kill() throws { try end(SIGKILL) }
    /// Stops and starts it on the same data.
    public func restart() throws {
        try stop()
        try start()
    }

    /// SIGSTOP: it answers nothing until ``resume()``.
    public func pause() { _ = Glibc.kill(process, SIGSTOP) }
    public func resume() { _ = Glibc.kill(process, SIGCONT) }

    private func end(_ signal: Int32) throws {
        let process = process
        guard process > 0 else { return }
        _ = Glibc.kill(process, signal)
        _ = Glibc.kill(process, SIGCONT)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        state.withLock { $0.process = 0 }
        guardian.watch(nil)
    }

    /// `CONFIG SET`.
    public func configure(_ name: String, _ value: String) throws { try cli(["CONFIG", "SET", name, value]) }

    /// Runs `redis-cli` with these arguments and returns what it printed, without the line end at its end.
    @discardableResult
    public func cli(_ arguments: [String]) throws -> String {
        try run(["/usr/bin/redis-cli", "-s", socketPath, "--no-auth-warning"] + arguments)
    }
}
