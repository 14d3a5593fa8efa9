import Foundation
import Testing

extension SystemTests {
    /// `scripts/demo` runs these: with an embedded broker and a Redis of their own.
    @Suite(.serialized) struct `Demos` {
        private func demo(_ options: [String]) throws -> (text: String, code: Int32) {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "demo-\(UInt32.random(in: 0...(.max)))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let process = try WorkerProcess(
                ["demo", "--config", root.appending(path: "deploy/demo/lantern.yaml").path] + options,
                logPath: folder.appendingPathComponent("log").path)
            let code = try process.exitCode()
            return (process.log, code)
        }

        @Test func `a changed definition is deployed and taken back, and all that is shown is checked`() throws {
            let (text, code) = try demo(["--rebuild", "--events", "2000", "--rate", "200"])
            #expect(code == 0, "\(text)")
            for words in [
                "orders.customer-revenue", "promoted: orders 2 is live", "taken back: orders 1 is live",
                "2 switches, and 0 looks", "database 0: every one of", "database 15: every one of",
            ] { #expect(text.contains(words), "\(text)") }
        }

        @Test func `its redis-server ends with it, also after kill -9`() throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "demo-\(UInt32.random(in: 0...(.max)))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let process = try WorkerProcess(
                [
                    "demo", "--config", root.appending(path: "deploy/demo/lantern.yaml").path, "--events", "0",
                    "--rate",
                    "10",
                ], logPath: folder.appendingPathComponent("log").path)
            #expect(process.waitForLog("Redis: unix://"))
            let line = try #require(process.lines("Redis: unix://").first)
            let socket = try #require(
                line.split(separator: " ").first { $0.hasPrefix("unix://") }?.dropFirst("unix://".count))
            defer {
                try? FileManager.default.removeItem(at: URL(filePath: String(socket)).deletingLastPathComponent())
            }
            #expect(Self.hasProcess(String(socket)))
            process.kill()
            #expect(eventually(within: 20) { !Self.hasProcess(String(socket)) })
        }

        /// Whether a process runs whose command line has these words.
        private static func hasProcess(_ words: String) -> Bool {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return entries.contains { entry in
                guard Int32(entry) != nil, let line = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline")
                else {
                    return false
                }
                return String(decoding: line, as: UTF8.self).contains(words)
            }
        }
    }
}
