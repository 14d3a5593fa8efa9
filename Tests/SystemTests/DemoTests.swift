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
    }
}
