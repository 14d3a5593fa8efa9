internal import CRdkafka
internal import Glibc

/// A descriptor that becomes readable when it is told to, for `poll(2)`; closed with it.
final class WakeDescriptor: Sendable {
    let descriptor: Int32

    /// Throws `other` if the process has no descriptor left.
    init() throws(KafkaError) {
        descriptor = lantern_wake_descriptor()
        guard descriptor >= 0 else {
            throw KafkaError(
                .other, message: "cannot make a wake-up descriptor: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Makes it readable.
    func wake() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Makes it unreadable until the next wake-up.
    func drain() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Waits until it is readable, for at most `milliseconds`; returns whether it is.
    func wait(milliseconds: Int) -> Bool {
        let end = Clock.milliseconds() + milliseconds
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = max(0, end - Clock.milliseconds())
            let answer = unsafe Glibc.poll(&request, 1, Int32(clamping: left))
            if answer > 0 { return true }
            if answer == 0 || errno != EINTR || left == 0 { return false }
        }
    }
}

/// Time that only goes forward.
enum Clock {
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    static func milliseconds() -> Int { Int(nanoseconds() / 1_000_000) }
}
