internal import CSystem
internal import Glibc

/// A descriptor that becomes readable when it is told to, for `poll(2)`; closed with it. Any thread may use it.
public final class WakeDescriptor: Sendable {
    public let descriptor: Int32

    /// Throws if the process has no descriptor left.
    public init() throws(SystemError) {
        descriptor = lantern_wake_descriptor()
        guard descriptor >= 0 else { throw SystemError("eventfd", errno) }
    }

    deinit { close(descriptor) }

    /// Makes it readable.
    public func wake() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Makes it unreadable until the next wake-up.
    public func drain() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Waits until it is readable, for at most `milliseconds`; returns whether it is.
    public func wait(milliseconds: Int) -> Bool {
        let deadline = Deadline(milliseconds: milliseconds)
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline.remainingMilliseconds
            let answer = unsafe poll(&request, 1, Int32(clamping: left))
            if answer > 0 { return true }
            if answer == 0 || errno != EINTR || left == 0 { return false }
        }
    }
}
