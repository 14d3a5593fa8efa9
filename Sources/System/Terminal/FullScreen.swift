internal import Glibc

/// A terminal while a program draws on all of it: keys come one by one, and what was there before comes back at the end.
@safe
public final class FullScreen {
    private let input: Int32
    private let output: Device
    private var former: termios
    private var isActive = false

    /// Takes the terminal at `input`; nil if there is none, or none that can be drawn on.
    public init?(input: Int32, output: Device) {
        var settings = termios()
        guard output.isTerminal, unsafe tcgetattr(input, &settings) == 0 else { return nil }
        self.input = input
        self.output = output
        former = settings
        enter()
    }

    deinit { leave() }

    /// The screen of its own, without cursor, and keys without echo; Ctrl-C and Ctrl-Z come as keys.
    public func enter() {
        guard !isActive else { return }
        isActive = true
        var raw = former
        unsafe cfmakeraw(&raw)
        unsafe tcsetattr(input, TCSAFLUSH, &raw)
        output.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    /// The terminal as it was.
    public func leave() {
        guard isActive else { return }
        isActive = false
        output.write("\u{1B}[?25h\u{1B}[?1049l")
        unsafe tcsetattr(input, TCSAFLUSH, &former)
    }

    /// Stops the program as Ctrl-Z does elsewhere, with the terminal as it was; returns when it goes on.
    public func suspend() {
        leave()
        raise(SIGSTOP)
        enter()
    }

    /// Columns and rows.
    public var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(output.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws the lines from the top, each from the first column; the rest of the screen is emptied.
    public func draw(_ lines: [String]) {
        let text = lines.prefix(size.height).map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        output.write("\u{1B}[H" + text + "\u{1B}[J")
    }

    /// The bytes that keys have sent; empty if there are none. nil: the terminal is gone.
    public func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 256)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(input, $0.baseAddress, $0.count) }
        if count > 0 { return Array(chunk[..<count]) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : nil
    }
}
