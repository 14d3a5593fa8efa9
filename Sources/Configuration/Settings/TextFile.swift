internal import Glibc

/// Reads small files whole.
enum TextFile {
    /// The bytes of the file at `path`; an error names the file and the system's reason.
    static func read(_ path: String, largest: Int) throws(ConfigurationError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened: \(reason())") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure(path, "cannot be read: \(reason())") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > largest { throw failure(path, "is larger than \(largest) bytes") }
        }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }

    private static func failure(_ path: String, _ message: String) -> ConfigurationError {
        ConfigurationError(
            code: .notReadable,
            diagnostics: [Diagnostic(file: path, line: 1, column: 1, message: "the file \(message)")])
    }
}
