import Glibc
import Synchronization

/// A private sentinel for tests: a free port on 127.0.0.1 and a folder of its own; killed as ``RedisServer`` is.
public final class SentinelServer: Sendable {
    /// Its port on 127.0.0.1.
    public let port: UInt16
    private let folder: String
    private let guardian: Guardian
    private let process: pid_t
    private let log: LogReader

    /// Starts one that watches the master at `port` under `name`; of all sentinels `quorum` must find it gone.
    ///
    /// - settings: more lines of its configuration.
    public init(
        watching master: UInt16, as name: String, quorum: Int = 1, downAfterMilliseconds: Int = 500,
        settings: [String] = []
    ) throws {
        var template = Array("/tmp/lantern-sentinel-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw RedisServerError(description: "mkdtemp: \(errno)") }
        folder = unsafe String(cString: made)
        port = try freePort()
        guardian = try Guardian(folder: folder)
        let lines =
            [
                "port \(port)", "bind 127.0.0.1", "dir \(folder)",
                "sentinel monitor \(name) 127.0.0.1 \(master) \(quorum)",
                "sentinel down-after-milliseconds \(name) \(downAfterMilliseconds)",
                "sentinel failover-timeout \(name) 2000",
            ] + settings
        let path = "\(folder)/sentinel.conf"
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        _ = unsafe write(file, text, text.count)
        close(file)
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw RedisServerError(description: "pipe: \(errno)") }
        process = try spawn("/usr/bin/redis-server", ["redis-server", path, "--sentinel"], output: ends[1])
        close(ends[1])
        log = LogReader(descriptor: ends[0], path: "\(folder)/sentinel.log")
        guardian.watch(process)
        try log.start()
        guard log.waitUntil("+monitor master", seconds: 60) else {
            throw RedisServerError(description: "the sentinel did not start: \(log.text)")
        }
    }

    deinit {
        kill()
    }

    /// `kill -9`.
    public func kill() {
        guard Glibc.kill(process, SIGKILL) == 0 else { return }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        guardian.watch(nil)
    }

    /// Runs `redis-cli` with these arguments and returns what it printed.
    @discardableResult
    public func cli(_ arguments: [String]) throws -> String {
        try run(["/usr/bin/redis-cli", "-p", "\(port)", "--no-auth-warning"] + arguments)
    }

    /// The port of the server that it takes for the master; nil if it does not answer.
    public func master(_ name: String) -> UInt16? {
        let text = try? cli(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name])
        return text?.split(separator: "\n").last.flatMap { UInt16($0) }
    }
}
