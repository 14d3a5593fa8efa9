import Foundation
import Glibc
import Projections
import RedisServer
import Testing

@testable import Registry

/// A registry behind TLS: `openssl s_server`, which gives files as whole replies.
@Suite(
    .serialized,
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "SKIPPED: there is no /usr/bin/openssl"))
struct `A registry behind TLS` {
    private final class Server {
        let folder: URL
        let port: UInt16
        private let process = Process()

        /// `name`: whom its certificate is for; `options`: more of s_server's.
        init(for name: String = "IP:127.0.0.1", _ options: [String] = []) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "lantern-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: folder.appending(path: "schemas/ids"), withIntermediateDirectories: true)
            let body = #"{"schema":"\"string\""}"#
            try "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
                .write(to: folder.appending(path: "schemas/ids/7"), atomically: true, encoding: .utf8)
            port = try freePort()
            try Self.shell(
                """
                for ca in ca other; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $ca.key -out $ca.crt -subj /CN=$ca -days 2; done
                printf 'subjectAltName=\(name)' > ext
                openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=registry
                openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile ext
                openssl req -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj /CN=lantern
                openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out client.crt -days 2
                """, in: folder)
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.arguments =
                ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", "server.crt", "-key", "server.key", "-HTTP"]
                + options
            process.currentDirectoryURL = folder
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let end = Date().addingTimeInterval(30)
            while try Self.listens(at: port) == false, process.isRunning, Date() < end { usleep(20_000) }
        }

        deinit {
            // It takes no SIGTERM from the tests, whose threads have that blocked.
            if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }

        private static func listens(at port: UInt16) throws -> Bool {
            try shell("exec 3<>/dev/tcp/127.0.0.1/\(port)", in: FileManager.default.temporaryDirectory) == 0
        }

        @discardableResult
        private static func shell(_ script: String, in folder: URL) throws -> Int32 {
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/bash")
            shell.arguments = ["-ec", script]
            shell.currentDirectoryURL = folder
            shell.standardOutput = FileHandle.nullDevice
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
            return shell.terminationStatus
        }

        func options(authority: String?) -> RegistryOptions {
            var options = RegistryOptions(url: "https://127.0.0.1:\(port)")
            options.authority = authority.map { folder.appending(path: $0).path }
            return options
        }

        /// The text of schema 7, or why it is not given.
        func schema(_ options: RegistryOptions) -> String {
            do throws(RegistryError) { return try RegistryClient(options).schema(7).text } catch {
                guard case .failed(let words) = error else { return "unknown" }
                return words
            }
        }
    }

    @Test func `its certificate must be of the authority that the settings name, and for its address`() throws {
        let server = try Server()
        #expect(server.schema(server.options(authority: "ca.crt")) == "\"string\"")
        for authority in ["other.crt", nil] {
            let words = server.schema(server.options(authority: authority))
            #expect(words.hasPrefix("the registry at https://127.0.0.1:\(server.port) cannot be reached: "), "\(words)")
            #expect(words.contains("certificate") && words.contains("issuer"), "\(words)")
        }
        let missing = server.schema(server.options(authority: "none.crt"))
        #expect(missing.contains("none.crt"), "\(missing)")
        let elsewhere = try Server(for: "DNS:elsewhere")
        let words = elsewhere.schema(elsewhere.options(authority: "ca.crt"))
        #expect(words.contains("127.0.0.1") && words.contains("certificate"), "\(words)")
    }

    @Test func `a client's own certificate is shown to a registry that asks for one`() throws {
        let server = try Server(for: "IP:127.0.0.1", ["-Verify", "1", "-verify_return_error", "-CAfile", "ca.crt"])
        var options = server.options(authority: "ca.crt")
        #expect(server.schema(options).contains("cannot be reached"))
        options.certificate = server.folder.appending(path: "client.crt").path
        options.key = server.folder.appending(path: "client.key").path
        #expect(server.schema(options) == "\"string\"")
    }
}
