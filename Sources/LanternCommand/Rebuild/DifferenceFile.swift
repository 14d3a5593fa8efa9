import FoundationEssentials
import Glibc
import Synchronization
import Worker

/// `--output`: every difference as one JSON object a line, written as they are found.
final class DifferenceFile: Sendable {
    private struct State {
        var pending: [UInt8] = []
        /// `errno` of the first failed write.
        var failure: Int32 = 0
    }

    private static let pendingBytes = 1 << 16

    private let path: String
    private let descriptor: Int32
    private let state = Mutex(State())

    /// Empties the file; throws ``WorkerError`` if it cannot be written.
    init(_ path: String) throws {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw WorkerError(.configuration, "cannot write \(path): \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func write(_ row: RowDifference) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        state.withLock { state in
            for line in DifferenceLine.all(row) {
                guard let data = try? encoder.encode(line) else { continue }
                state.pending += Array(data) + [0x0A]
            }
            if state.pending.count >= Self.pendingBytes { flush(&state) }
        }
    }

    /// Writes what is pending; what went wrong with the file, if anything did.
    var fault: String? {
        let failure = state.withLock { state in
            flush(&state)
            return state.failure
        }
        guard failure != 0 else { return nil }
        return "the differences could not be written to \(path): \(unsafe String(cString: strerror(failure)))"
    }

    private func flush(_ state: inout State) {
        var sent = 0
        while sent < state.pending.count, state.failure == 0 {
            let count = unsafe state.pending.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress! + sent, bytes.count - sent)
            }
            if count > 0 { sent += count } else if errno != EINTR { state.failure = errno == 0 ? EIO : errno }
        }
        state.pending.removeAll(keepingCapacity: true)
    }
}
