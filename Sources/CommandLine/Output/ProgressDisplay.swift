public import System

/// Shows progress: redrawn in place on a terminal, elsewhere a plain line now and then.
public struct ProgressDisplay: Sendable {
    private let device: Device
    private let interval: Int64
    private var shownAt: Int64?
    private var isOpen = false

    /// A display on `device`. On a terminal it is redrawn at most ten times a second; elsewhere a line is written at
    /// most every `plainIntervalMilliseconds`.
    public init(_ device: Device, plainIntervalMilliseconds: Int64 = 5_000) {
        self.device = device
        self.interval = device.isTerminal ? 100 : plainIntervalMilliseconds
    }

    /// Shows `line`, unless something was shown a moment ago. `milliseconds` is any clock that does not go back.
    public mutating func show(_ line: ProgressLine, at milliseconds: Int64) {
        if let text = update(line, at: milliseconds, width: device.isTerminal ? device.width : .max) {
            device.write(text)
        }
    }

    /// Shows `line` for the last time and ends it with a newline.
    public mutating func finish(_ line: ProgressLine) {
        device.write(ending(line, width: device.isTerminal ? device.width : .max))
    }

    /// Wipes the line off the terminal, so that something else can be written there; the next one draws it again.
    public mutating func clear() {
        if isOpen { device.write("\r\u{1B}[K") }
        isOpen = false
        if device.isTerminal { shownAt = nil }
    }

    /// What ``show(_:at:)`` writes; nil if it writes nothing.
    mutating func update(_ line: ProgressLine, at milliseconds: Int64, width: Int) -> String? {
        if let shownAt, milliseconds - shownAt < interval { return nil }
        shownAt = milliseconds
        guard device.isTerminal else { return line.text(width: width) + "\n" }
        isOpen = true
        // One column is left free: a terminal that wraps at the last one would scroll.
        return "\r\u{1B}[K" + line.text(width: width - 1)
    }

    /// What ``finish(_:)`` writes.
    mutating func ending(_ line: ProgressLine, width: Int) -> String {
        isOpen = false
        shownAt = nil
        return device.isTerminal ? "\r\u{1B}[K" + line.text(width: width - 1) + "\n" : line.text(width: width) + "\n"
    }
}
