import Glibc
import Synchronization
import System

/// Stdout, which remembers the first write that failed, so that no command ends with 0 when its result was lost.
final class ResultOutput: Sendable {
    let device: Device
    /// `errno` of the first failed write; 0 if none failed.
    private let failure = Atomic<Int32>(0)

    init(_ device: Device) { self.device = device }

    var hasColor: Bool { device.hasColor }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        if device.write(bytes) { return }
        // A reader that has seen enough (`lantern … | head`) is not a failure.
        let code = errno
        if code == EPIPE { return }
        _ = failure.compareExchange(expected: 0, desired: code == 0 ? EIO : code, ordering: .relaxed)
    }

    /// `code`, unless a result was lost: then ``ExitCode/failed`` after a message on stderr.
    func checked(_ code: ExitCode) -> ExitCode {
        let lost = failure.load(ordering: .relaxed)
        if lost == 0 { return code }
        let reason = unsafe String(cString: strerror(lost))
        let failed = Console.fail(
            "the result could not be written to stdout: \(reason). Check where the output goes (is the disk full?) and "
                + "run the command again.", .failed)
        return code == .done ? failed : code
    }
}
