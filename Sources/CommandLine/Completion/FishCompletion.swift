/// Completion for fish, one `complete` line for each word.
struct FishCompletion {
    private let root: CommandSpec

    init(_ root: CommandSpec) {
        self.root = root
    }

    var script: String {
        var lines = ["# fish completion for \(root.name); load it with: \(root.name) completion fish | source"]
        lines.append("complete -c \(root.name) -f")
        lines.append("complete -c \(root.name) -s h -l help -d 'show help'")
        for (path, spec) in CompletionScript.flat(root) {
            let condition = condition(path, spec)
            for command in spec.subcommands {
                lines.append(line(condition, "-a \(command.name) -d \(quoted(command.summary))"))
            }
            for option in spec.options {
                lines.append(line(condition, "-l \(option.name)\(value(option)) -d \(quoted(option.summary))"))
            }
            for argument in spec.arguments {
                switch argument.completion {
                case .anything: break
                case .files: lines.append(line(condition, "-F"))
                case .choices(let words): lines.append(line(condition, "-a \(quoted(words.joined(separator: " ")))"))
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ condition: String, _ rest: String) -> String {
        "complete -c \(root.name) -n \(quoted(condition)) \(rest)"
    }

    /// All words of the path have been typed, and none of those below it.
    private func condition(_ path: [String], _ spec: CommandSpec) -> String {
        guard !path.isEmpty else { return "__fish_use_subcommand" }
        var parts = path.map { "__fish_seen_subcommand_from \($0)" }
        if !spec.subcommands.isEmpty {
            parts.append("not __fish_seen_subcommand_from \(spec.subcommands.map(\.name).joined(separator: " "))")
        }
        return parts.joined(separator: "; and ")
    }

    private func value(_ option: OptionSpec) -> String {
        guard option.valueName != nil else { return "" }
        switch option.completion {
        case .anything: return " -x"
        case .files: return " -r -F"
        case .choices(let words): return " -x -a \(quoted(words.joined(separator: " ")))"
        }
    }

    private func quoted(_ text: String) -> String { CompletionScript.quoted(text) }
}
