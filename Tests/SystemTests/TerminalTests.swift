import ChildProcess
import Foundation
import Glibc
import RedisServer
import Testing

extension SystemTests {
    /// `lantern top` on a terminal of its own.
    @Suite(.serialized) struct `On a terminal` {
        /// `lantern top`, and both ends of its terminal.
        private final class Top {
            let redis: RedisServer
            private let process = Process()
            private let screen: Int32
            private let terminal: Int32
            private(set) var drawn = ""

            init() throws {
                redis = try RedisServer()
                // By Linux's own numbers: Swift's Glibc module does not show posix_openpt(3).
                let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
                screen = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
                var (locked, number): (Int32, Int32) = (0, 0)
                try #require(unsafe ioctl(screen, unlock, &locked) == 0 && ioctl(screen, getNumber, &number) == 0)
                terminal = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
                try #require(terminal >= 0)
                let file = """
                    kafka: { bootstrap.servers: "127.0.0.1:1" }
                    redis: \(redis.url)
                    projections:
                      orders:
                        version: 1
                        topics: [orders]
                        views: { orders: { counter: "orders", events: { "*": { increment: 1 } } } }
                    """
                let path = redis.folder + "/lantern.yaml"
                try file.write(toFile: path, atomically: true, encoding: .utf8)
                process.executableURL = Stage.binary
                process.arguments = ["top", "--config", path]
                process.environment = Stage.environment.merging(["TERM": "xterm-256color"]) { $1 }
                let handle = FileHandle(fileDescriptor: terminal, closeOnDealloc: false)
                (process.standardInput, process.standardOutput, process.standardError) = (handle, handle, handle)
            }

            deinit {
                if process.isRunning {
                    _ = kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                }
                close(screen)
                close(terminal)
            }

            func start() throws {
                try process.run()
                try process.endWithTests()
            }

            /// How the terminal treats what is typed.
            var modes: UInt32 {
                var settings = termios()
                _ = unsafe tcgetattr(terminal, &settings)
                return settings.c_lflag
            }

            /// Reads what it draws until `words` are there; false if they never are.
            func waitFor(_ words: String, seconds: Double = 60) -> Bool {
                eventually(within: seconds) {
                    var waiting = pollfd(fd: screen, events: Int16(POLLIN), revents: 0)
                    if unsafe poll(&waiting, 1, 100) == 1 {
                        var chunk = [UInt8](repeating: 0, count: 65_536)
                        let count = unsafe chunk.withUnsafeMutableBytes {
                            unsafe read(screen, $0.baseAddress, $0.count)
                        }
                        if count > 0 { drawn += String(decoding: chunk[..<count], as: UTF8.self) }
                    }
                    return drawn.contains(words)
                }
            }

            func forget() { drawn = "" }

            /// Sends the signal and returns the exit code.
            func end(_ signal: Int32) throws -> Int32 {
                _ = kill(process.processIdentifier, signal)
                // What it draws must go somewhere, or it waits for that.
                let isOver = eventually(within: 60) {
                    _ = waitFor("never drawn", seconds: 0)
                    return !process.isRunning
                }
                try #require(isOver && process.terminationReason == .exit)
                return process.terminationStatus
            }
        }

        @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
        func `a signal ends top, and the terminal is as it was`(signal: Int32) throws {
            let top = try Top()
            let before = top.modes
            try #require(before & UInt32(ICANON) != 0)
            try top.start()
            // The other screen, without cursor.
            #expect(top.waitFor("\u{1B}[?1049h") && top.waitFor("\u{1B}[?25l"))
            #expect(top.waitFor("orders"), "\(top.drawn)")
            #expect(top.modes & UInt32(ICANON | ECHO) == 0)
            top.forget()
            #expect(try top.end(signal) == 0, "\(top.drawn)")
            #expect(top.waitFor("\u{1B}[?25h\u{1B}[?1049l"), "\(top.drawn)")
            #expect(top.modes == before)
        }

        @Test func `Redis hangs: top says so while it hangs`() throws {
            let top = try Top()
            try top.start()
            #expect(top.waitFor("Redis 1"), "\(top.drawn)")
            let began = Date()
            top.redis.pause()
            defer { top.redis.resume() }
            top.forget()
            #expect(top.waitFor("Redis cannot be reached"), "\(top.drawn)")
            Stage.figure("top said that Redis is away after \(Int(Date().timeIntervalSince(began) * 1_000)) ms")
            top.redis.resume()
            top.forget()
            #expect(top.waitFor("Redis 1"), "\(top.drawn)")
            #expect(try top.end(SIGTERM) == 0)
        }
    }
}
