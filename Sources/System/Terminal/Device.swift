internal import Glibc

/// What is at the other end of a descriptor: a person at a terminal, or a program.
public struct Device: Sendable {
    /// The descriptor.
    public let descriptor: Int32
    /// Whether it is a terminal that understands escape sequences.
    public let isTerminal: Bool
    /// Whether colours are welcome: a terminal, and neither NO_COLOR (https://no-color.org) nor TERM=dumb.
    public let hasColor: Bool

    /// A device that is as told; for tests and for forced formats.
    public init(descriptor: Int32, isTerminal: Bool, hasColor: Bool) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal
        self.hasColor = hasColor
    }

    /// What is at the other end of `descriptor`.
    public init(_ descriptor: Int32, environment: [String: String]) {
        let isDumb = environment["TERM"] == "dumb"
        let isTerminal = isatty(descriptor) == 1 && !isDumb
        self.descriptor = descriptor
        self.isTerminal = isTerminal
        self.hasColor = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns of the terminal; 80 if they cannot be found out.
    public var width: Int {
        guard isTerminal else { return 80 }
        var size = winsize()
        let answer = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
        return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Writes all of `text`; false if the other end is gone.
    @discardableResult
    public func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    /// Writes all of `bytes`, with one write(2) if the system takes them at once; false if the other end is gone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { source in
                unsafe Glibc.write(descriptor, source.baseAddress! + sent, source.count - sent)
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                // Somebody made the descriptor non-blocking: wait a second at most, rather than spin or lose a line.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if unsafe poll(&waiting, 1, 1000) <= 0 { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
