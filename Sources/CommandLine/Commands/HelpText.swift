/// The help of one command, at most 100 columns wide.
public struct HelpText: Sendable {
    private let spec: CommandSpec
    private let path: [String]
    private static let width = 100

    /// Help for `spec`, reached by `path` (the program's name first).
    public init(_ spec: CommandSpec, path: [String]) {
        self.spec = spec
        self.path = path
    }

    /// `lantern get --config FILE [--json] PROJECTION VIEW [KEY…]`
    public var usage: String { usageWords.joined(separator: " ") }

    private var usageWords: [String] {
        var words = path
        if !spec.subcommands.isEmpty { words.append("COMMAND") }
        for option in spec.options where option.isRequired { words.append(option.usage) }
        for option in spec.options where !option.isRequired { words.append("[\(option.usage)]") }
        return words + spec.arguments.map(\.usage)
    }

    /// The usage in lines that are cut between options.
    private var usageLines: String {
        var lines = [""]
        for word in usageWords {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = word
            } else if last.count + 1 + word.count > Self.width - 6 {
                lines.append(word)
            } else {
                lines[lines.count - 1] += " " + word
            }
        }
        return lines.joined(separator: "\n      ")
    }

    /// The usage line and a reference to the help: how an error message ends.
    public var usageAndHint: String {
        "Usage: \(usage)\nSee '\(path.joined(separator: " ")) --help'."
    }

    /// All of it; ends in a newline.
    public var whole: String {
        var text = "\(spec.summary).\n"
        text += "\nUSAGE\n  \(usageLines)\n"
        if !spec.discussion.isEmpty { text += "\n\(discussion)\n" }
        text += section("COMMANDS", spec.subcommands.map { ($0.name, $0.summary) })
        text += section("ARGUMENTS", spec.arguments.map { ($0.usage, $0.summary) })
        var options = spec.options.map { ($0.usage, Self.explained($0)) }
        options.append(("-h, --help", "show this help"))
        if path.count == 1 { options.append(("--version", "show the version")) }
        text += section("OPTIONS", options)
        text += section("EXIT CODES", spec.exitCodes.map { ("\($0.code)", $0.meaning) })
        if !spec.examples.isEmpty {
            text += "\nEXAMPLES\n"
            for example in spec.examples { text += "  # \(example.purpose)\n  \(example.line)\n" }
        }
        if !spec.subcommands.isEmpty {
            text += "\nSee '\(path.joined(separator: " ")) COMMAND --help' for one command.\n"
        }
        return text
    }

    private var discussion: String {
        let paragraphs = spec.discussion.split(separator: "\n\n").map { String($0).replacing("\n", with: " ") }
        return paragraphs.map { Self.wrapped($0, to: Self.width).joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func explained(_ option: OptionSpec) -> String {
        var text = option.summary
        if case .choices(let choices) = option.completion { text += ": \(choices.joined(separator: ", "))" }
        if let value = option.defaultValue { text += " (default: \(value))" }
        if option.isRequired { text += " (required)" }
        return text
    }

    private func section(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let column = min(30, rows.map(\.0.count).max() ?? 0)
        var text = "\n\(title)\n"
        for (name, summary) in rows {
            let lines = Self.wrapped(summary, to: Self.width - column - 4)
            let first = name.count > column ? "\n" + String(repeating: " ", count: column + 4) : pad(name, column)
            text += "  \(name.count > column ? name : "")\(first)"
            if name.count <= column { text += "  " }
            text += lines.joined(separator: "\n" + String(repeating: " ", count: column + 4)) + "\n"
        }
        return text
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: width - text.count)
    }

    /// `text` in lines of at most `width` characters, cut at blanks.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        lines.append(line)
        return lines
    }
}
