import System

/// A question that only a person at a terminal can answer.
enum Question {
    /// True for `y` or `yes`; false for anything else, and at once if stdin is not a terminal.
    static func ask(_ text: String) -> Bool {
        guard Device(0, environment: [:]).isTerminal else { return false }
        Console.messages.write(text + " [y/N] ")
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }
}
