internal import Glibc

/// A small file that may be replaced while the program runs: a secret, a certificate.
public struct SmallFile: Sendable {
    /// Enough to see that a file was replaced or written, without reading it.
    public struct Signature: Sendable, Equatable {
        let device: UInt
        let file: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    public let path: String

    public init(_ path: String) { self.path = path }

    /// nil if it is not there.
    public var signature: Signature? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return nil }
        return Signature(
            device: UInt(facts.st_dev), file: UInt(facts.st_ino), size: Int(facts.st_size),
            seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec)
    }

    /// All of its bytes; throws if it cannot be read or has more than `largest`.
    public func read(largest: Int) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw SystemError("read", errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > largest { throw SystemError("read", EFBIG) }
        }
    }
}
