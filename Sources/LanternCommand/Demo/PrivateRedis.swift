import FoundationEssentials
import Glibc
import System
import Worker

/// A redis-server of the demo's own: a Unix socket in a temporary folder, gone with the demo.
final class PrivateRedis {
    /// With the byte that ends it (sockaddr_un, unix(7)).
    private static let longestSocketPath = 108

    private let folder: String
    private var pid: pid_t = 0
    var url: String { "unix://\(folder)/redis.sock" }

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Starts it; throws if there is no redis-server, or if it does not reply within five seconds.
    init() throws {
        let parent = FileManager.default.temporaryDirectory.path
        var template = Array("\(parent)/lantern-demo-XXXXXX".utf8CString)
        guard template.count + "/redis.sock".utf8.count <= Self.longestSocketPath else {
            throw Failure(description: "\(parent) is too long for a Unix socket's path: set TMPDIR to a shorter folder")
        }
        guard unsafe mkdtemp(&template) != nil else {
            throw Failure(description: "a temporary folder cannot be created in \(parent)")
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // setpriv(1), of Debian's util-linux: the server ends with the demo, however that ends.
        let words = [
            "setpriv", "--pdeathsig", "KILL", "redis-server", "--port", "0", "--unixsocket", "\(folder)/redis.sock",
            "--dir", folder, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
            "--logfile", "\(folder)/redis.log",
        ]
        pid = try Self.spawn(words)
        let deadline = Clock.milliseconds() + 5_000
        while !FileManager.default.fileExists(atPath: "\(folder)/redis.sock") {
            var status: Int32 = 0
            let hasEnded = unsafe waitpid(pid, &status, WNOHANG) == pid
            if hasEnded || Clock.milliseconds() > deadline {
                if hasEnded { pid = 0 }
                stop()
                throw Failure(
                    description:
                        "redis-server did not start; if it is missing, install it with `apt-get install redis-server`")
            }
            _ = poll(nil, 0, 10)
        }
    }

    /// The demo blocks the signals that it waits for; the server must not inherit that.
    private static func spawn(_ words: [String]) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own: a Ctrl-C at the terminal is for the demo, which ends the server when it is done with it.
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var pid: pid_t = 0
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        let code = unsafe posix_spawnp(&pid, words[0], nil, &attributes, &arguments, environ)
        guard code == 0 else {
            throw Failure(
                description:
                    "\(words[0]) cannot be started (\(unsafe String(cString: strerror(code)))): install it with `apt-get install util-linux`"
            )
        }
        return pid
    }

    /// Ends the server and removes its folder.
    func stop() {
        if pid > 0 {
            var status: Int32 = 0
            kill(pid, SIGKILL)
            _ = unsafe waitpid(pid, &status, 0)
            pid = 0
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    deinit { stop() }
}
