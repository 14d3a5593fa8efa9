import Glibc

/// Reads what a server logs, into memory and a file, so that its pipe never fills.
final class LogReader: @unchecked Sendable {
    private let descriptor: Int32
    private let path: String
    private let signal = Signal()
    private var bytes: [UInt8] = []
    private var hasEnded = false

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// What was logged so far (at most the first mebibyte).
    var text: String { signal.change { String(decoding: bytes, as: UTF8.self) } }

    func start() throws {
        try detach { [self] in
            let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            while let chunk = readChunk(descriptor) {
                _ = unsafe write(file, chunk, chunk.count)
                signal.change { if bytes.count < 1 << 20 { bytes += chunk } }
            }
            close(descriptor)
            if file >= 0 { close(file) }
            signal.change { hasEnded = true }
        }
    }

    /// Waits until `words` were logged; false when the server ended or `seconds` passed before.
    func waitUntil(_ words: String, seconds: Int) -> Bool {
        var found = false
        _ = signal.wait(seconds: seconds) {
            found = String(decoding: bytes, as: UTF8.self).contains(words)
            return found || hasEnded
        }
        return found
    }
}
