internal import ChildProcess
internal import Foundation
internal import Glibc

/// A headless Chromium, spoken to in the DevTools protocol through pipes. It ends with the object, or with the tests.
public final class Browser {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    public static var isAvailable: Bool { program != nil }
    public static let skipReason = "SKIPPED: no Chromium. Install it (apt-get install chromium) to run these tests."

    /// axe-core, which says what people with disabilities cannot use: AXE names the file, or `../shared/web/axe.min.js` beside
    /// the package (or beside a worktree's main checkout).
    public static let axe: String? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates =
            [ProcessInfo.processInfo.environment["AXE"]].compactMap { $0 }
            + ["../shared/web/axe.min.js", "../../shared/web/axe.min.js"].map {
                package.appendingPathComponent($0).standardized.path
            }
        return candidates.lazy.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }.first
    }()

    /// Nothing takes longer than this unless something is wrong.
    private static let patienceSeconds = 60.0

    private let folder: URL
    private let process = Process()
    private let input: Int32
    private let output: Int32
    private var unread: [UInt8] = []
    private var lastID = 0
    /// What is called for each event, with its session.
    var onEvent: (_ session: String, _ method: String, _ parameters: [String: Any]) -> Void = { _, _, _ in }

    public init() throws {
        guard let program = Self.program else { throw Failure(description: Self.skipReason) }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lantern-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (toBrowser, fromBrowser) = (folder.path + "/to", folder.path + "/from")
        // Open on both sides, so that opening one waits for nobody.
        guard unsafe mkfifo(toBrowser, 0o600) == 0, unsafe mkfifo(fromBrowser, 0o600) == 0 else {
            throw Failure(description: "mkfifo: \(errno)")
        }
        input = unsafe open(toBrowser, O_RDWR | O_CLOEXEC)
        output = unsafe open(fromBrowser, O_RDWR | O_CLOEXEC)
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            #"p=$1; exec "$0" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "#
                + #"--remote-debugging-pipe --user-data-dir="$p/profile" about:blank 3<"$p/to" 4>"$p/from""#,
            program, folder.path,
        ]
        try process.log(to: folder.path + "/log")
        try process.run()
        try process.endWithTests(removing: folder)
    }

    deinit {
        if process.isRunning {
            _ = kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        close(input)
        close(output)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Sends a command and returns its result; events that come before are told.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:], session: String? = nil) throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        if let session { message["sessionId"] = session }
        try send(Array(JSONSerialization.data(withJSONObject: message)) + [0])
        let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while true {
            let answer = try receive(until: end, for: method)
            guard answer["id"] as? Int == lastID else {
                told(answer)
                continue
            }
            if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func told(_ message: [String: Any]) {
        guard let method = message["method"] as? String else { return }
        onEvent(message["sessionId"] as? String ?? "", method, message["params"] as? [String: Any] ?? [:])
    }

    private func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "Chromium is gone: \(log)") }
            rest = rest.dropFirst(count)
        }
    }

    /// The next message; they end with a zero byte.
    private func receive(until end: Date, for method: String) throws -> [String: Any] {
        while true {
            if let zero = unread.firstIndex(of: 0) {
                let data = Data(unread[..<zero])
                unread.removeFirst(zero + 1)
                return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            }
            var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, 1_000) > 0 else {
                guard process.isRunning, Date() < end else {
                    throw Failure(description: "Chromium does not answer \(method): \(log)")
                }
                continue
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "Chromium is gone: \(log)") }
            unread += chunk[..<count]
        }
    }

    private var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }
}
