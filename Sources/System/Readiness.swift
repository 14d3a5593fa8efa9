internal import Glibc

/// Whether a descriptor has something to read.
public enum Readiness {
    /// Waits for it, at most so long; returns whether it has.
    @discardableResult
    public static func wait(_ descriptor: Int32, milliseconds: Int) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, Int32(clamping: milliseconds)) > 0
    }

    /// The same, and it ends as soon as `other` has something to read as well; returns whether the first one has.
    public static func wait(_ descriptor: Int32, or other: Int32, milliseconds: Int) -> Bool {
        var requests = [descriptor, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return unsafe poll(&requests, 2, Int32(clamping: milliseconds)) > 0 && requests[0].revents != 0
    }
}
