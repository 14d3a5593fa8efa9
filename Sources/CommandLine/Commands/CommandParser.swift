/// Reads a command line by a tree of commands.
public struct CommandParser: Sendable {
    /// What a command line asks for.
    public enum Outcome: Sendable {
        /// Run this command.
        case command(ParsedCommand)
        /// Print this text to stdout and exit with 0.
        case help(String)
        /// Print the program's version and exit with 0.
        case version
    }

    /// The program.
    public let root: CommandSpec

    public init(_ root: CommandSpec) {
        self.root = root
    }

    /// What `arguments` (without the program's own name) ask for.
    ///
    /// - Throws: ``UsageError``, with a suggestion if a similar word is known.
    public func parse(_ arguments: [String]) throws(UsageError) -> Outcome {
        var rest = arguments[...]
        if rest.first == "help" { return .help(try help(for: rest.dropFirst())) }
        var spec = root
        var path = [root.name]
        while !spec.subcommands.isEmpty {
            guard let word = rest.popFirst() else {
                throw UsageError(.missingCommand, "missing command", usage: HelpText(spec, path: path).whole)
            }
            if word == "--help" || word == "-h" { return .help(HelpText(spec, path: path).whole) }
            if word == "--version", path.count == 1 { return .version }
            spec = try step(from: spec, path: path, word: word)
            path.append(spec.name)
        }
        return try leaf(spec, path: path, rest: rest)
    }

    private func help(for words: ArraySlice<String>) throws(UsageError) -> String {
        var spec = root
        var path = [root.name]
        for word in words where !word.hasPrefix("-") {
            spec = try step(from: spec, path: path, word: word)
            path.append(spec.name)
        }
        return HelpText(spec, path: path).whole
    }

    private func step(from spec: CommandSpec, path: [String], word: String) throws(UsageError) -> CommandSpec {
        if let next = spec.subcommand(named: word) { return next }
        let hint = "See '\(path.joined(separator: " ")) --help'."
        if word.hasPrefix("-") {
            throw UsageError(.unknownOption, "unknown option '\(word)' before the command's name", usage: hint)
        }
        let nearest = Suggestion.nearest(to: word, among: spec.subcommands.map(\.name))
        throw UsageError(.unknownCommand, "unknown command '\(word)'", suggestion: nearest, usage: hint)
    }

    private func leaf(_ spec: CommandSpec, path: [String], rest: ArraySlice<String>) throws(UsageError) -> Outcome {
        var parsed = ParsedCommand(path: path, spec: spec)
        let asksForHelp = rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        if asksForHelp { return .help(HelpText(spec, path: path).whole) }
        var rest = rest
        var words: [String] = []
        while let word = rest.popFirst() {
            if word == "--" {
                words += rest
                break
            }
            if isOption(word) {
                try take(option: word, rest: &rest, into: &parsed)
            } else {
                words.append(word)
            }
        }
        try place(words, into: &parsed)
        for option in spec.options where option.isRequired && parsed.values[option.name] == nil {
            throw parsed.error(.missingOption, "missing '\(option.usage)'")
        }
        return .command(parsed)
    }

    /// A dash alone means stdin, and a dash before a digit a negative number.
    private func isOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), word.count > 1 else { return false }
        return !(word.utf8.dropFirst().first.map { (0x30...0x39).contains($0) } ?? false)
    }

    private func take(
        option word: String, rest: inout ArraySlice<String>, into parsed: inout ParsedCommand
    ) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let typed = String(parts[0])
        guard typed.hasPrefix("--"), let option = parsed.spec.option(named: String(typed.dropFirst(2))) else {
            let known = (parsed.spec.options.map(\.name) + ["help"]).map { "--\($0)" }
            let nearest = Suggestion.nearest(to: typed, among: known)
            throw parsed.error(.unknownOption, "unknown option '\(typed)'", suggestion: nearest)
        }
        let inline = parts.count == 2 ? String(parts[1]) : nil
        guard option.valueName != nil else {
            if inline != nil { throw parsed.error(.unexpectedValue, "'\(typed)' takes no value") }
            parsed.flags.insert(option.name)
            return
        }
        if parsed.values[option.name] != nil, !option.isRepeating {
            throw parsed.error(.repeatedOption, "'\(typed)' is given twice")
        }
        let next = rest.first.flatMap { isOption($0) ? nil : $0 }
        guard let value = inline ?? next, !value.isEmpty else {
            throw parsed.error(.missingValue, "'\(option.usage)' needs a value")
        }
        if inline == nil { rest.removeFirst() }
        try check(value, option.completion, "\(typed) \(value)", parsed)
        parsed.values[option.name] = value
        if option.isRepeating { parsed.repeated[option.name, default: []].append(value) }
    }

    private func place(_ words: [String], into parsed: inout ParsedCommand) throws(UsageError) {
        var words = words[...]
        for argument in parsed.spec.arguments {
            let taken = argument.isRepeating ? words : words.prefix(1)
            if taken.isEmpty {
                if argument.isOptional { continue }
                throw parsed.error(.missingArgument, "missing \(argument.name): \(argument.summary)")
            }
            for value in taken { try check(value, argument.completion, value, parsed) }
            parsed.positions[argument.name] = Array(taken)
            words = words.dropFirst(taken.count)
        }
        if let extra = words.first { throw parsed.error(.unexpectedArgument, "unexpected argument '\(extra)'") }
    }

    private func check(
        _ value: String, _ completion: ValueCompletion, _ typed: String, _ parsed: ParsedCommand
    ) throws(UsageError) {
        guard case .choices(let choices) = completion, !choices.contains(value) else { return }
        throw parsed.error(
            .invalidValue, "'\(typed)': expected one of \(choices.joined(separator: ", "))",
            suggestion: Suggestion.nearest(to: value, among: choices))
    }
}
