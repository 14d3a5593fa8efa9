/// One line of the history: what a command did to the generations of the home database.
///
/// As text, in the list `lantern:history`, the newest first: `time=1767225600000 who=ann@host exit=0`, then the command
/// and its result, a line each.
public struct HistoryEntry: Sendable, Equatable {
    /// By Redis's clock, in milliseconds since 1970.
    public var time: Int64
    /// User and host, without spaces.
    public var who: String
    public var exitCode: Int32
    public var command: String
    /// What came of it, in words.
    public var result: String

    /// So many are kept.
    public static let limit = 1_000

    public init(time: Int64 = 0, who: String, exitCode: Int32 = 0, command: String, result: String) {
        self.time = time
        self.who = String(who.map { $0.isWhitespace ? "-" : $0 })
        self.exitCode = exitCode
        self.command = Self.oneLine(command)
        self.result = Self.oneLine(result)
    }

    public var text: String { "time=\(time) who=\(who) exit=\(exitCode)\n\(command)\n\(result)" }

    /// Reads the text; nil if it is not one.
    public init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3 else { return nil }
        var values: [Substring: Substring] = [:]
        for word in lines[0].split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            values[word[..<equals]] = word[word.index(after: equals)...]
        }
        guard let time = values["time"].flatMap({ Int64($0) }), let who = values["who"],
            let exit = values["exit"].flatMap({ Int32($0) })
        else { return nil }
        self.init(
            time: time, who: String(who), exitCode: exit, command: String(lines[1]), result: String(lines[2]))
    }

    /// What adds it to the history, the home database being selected.
    public var commands: [[String]] {
        [["LPUSH", KeySpace.history, text], ["LTRIM", KeySpace.history, "0", "\(Self.limit - 1)"]]
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
