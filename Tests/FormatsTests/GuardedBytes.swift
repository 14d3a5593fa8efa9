import Bytes
import Foundation
import Testing

/// Memory behind which nobody may read: a reader that goes past a value's end ends the process.
@safe
final class GuardedBytes {
    private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

    private let memory: UnsafeMutableRawPointer

    init() throws {
        unsafe memory = unsafe try #require(
            mmap(nil, 2 * Self.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        try #require(unsafe mprotect(memory + Self.page, Self.page, PROT_NONE) == 0)
    }

    deinit { unsafe munmap(memory, 2 * Self.page) }

    /// Puts at most a page's bytes right before the guard.
    func withBytes<Result>(_ bytes: [UInt8], _ body: (Span<UInt8>) -> Result) -> Result {
        let start = unsafe (memory + Self.page - bytes.count).assumingMemoryBound(to: UInt8.self)
        for (index, byte) in bytes.enumerated() { unsafe start[index] = byte }
        return unsafe body(Span(_unsafeElements: UnsafeBufferPointer(start: start, count: bytes.count)))
    }
}
