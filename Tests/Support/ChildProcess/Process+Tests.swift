public import Foundation

extension Process {
    /// Why a child of the tests cannot do what it is to do.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Lets it write its output and errors to the end of a file, which is made if it is missing; it reads nothing. To be called
    /// before it runs.
    public func log(to path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let output = FileHandle(forWritingAtPath: path) else {
            throw Failure(description: "cannot write \(path)")
        }
        try output.seekToEnd()
        standardOutput = output
        standardError = output
        standardInput = FileHandle.nullDevice
    }

    /// Kills it should the tests end, in whatever way, before it does: a shell waits for either. To be called while it runs.
    ///
    /// - Parameters:
    ///   - identifierFile: a file whose first line is the process to kill, if that is not this one but a child of it.
    ///   - folder: removed after that.
    public func endWithTests(identifierFile: String? = nil, removing folder: URL? = nil) throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let (tests, child) = (ProcessInfo.processInfo.processIdentifier, processIdentifier)
        let target = identifierFile.map { "$(head -1 '\($0)')" } ?? "\(child)"
        let removal = folder.map { "rm -rf '\($0.path)'" } ?? ":"
        shell.arguments = [
            "-c",
            "while kill -0 \(tests) 2>/dev/null && kill -0 \(child) 2>/dev/null; do sleep 1; done; "
                + "kill -0 \(tests) 2>/dev/null || { kill -9 \(target) 2>/dev/null; \(removal); }",
        ]
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
    }

    /// Runs it to its end without input; returns what it wrote, errors among it, and its exit code.
    public func finish() throws -> (text: String, code: Int32) {
        let output = Pipe()
        standardOutput = output
        standardError = output
        standardInput = FileHandle.nullDevice
        try run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        waitUntilExit()
        return (String(decoding: data, as: UTF8.self), terminationStatus)
    }
}
