import Glibc
import System

extension ProcessFigures {
    /// Takes processor time, memory and descriptors from the system.
    public mutating func measure() {
        processorSeconds = Clock.processSeconds()
        if let text = Self.text("/proc/self/statm"), let pages = text.split(separator: " ").dropFirst().first {
            residentBytes = (Int64(pages) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        }
        openFiles = Self.descriptors()
    }

    private static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    private static func descriptors() -> Int64 {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe _ = closedir(folder) }
        // Without the folder itself, its parent, and the descriptor that reads it.
        var count: Int64 = -3
        while unsafe readdir(folder) != nil { count += 1 }
        return max(0, count)
    }
}
