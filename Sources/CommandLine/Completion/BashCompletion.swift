/// Completion for bash, without the bash-completion package.
struct BashCompletion {
    private let root: CommandSpec

    init(_ root: CommandSpec) {
        self.root = root
    }

    var script: String {
        let function = "_\(root.name)"
        var text = """
            # bash completion for \(root.name); load it with: source <(\(root.name) completion bash)
            \(function)() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="" path="" word index
                COMPREPLY=()
                if ((COMP_CWORD > 0)); then previous="${COMP_WORDS[COMP_CWORD - 1]}"; fi
                for ((index = 1; index < COMP_CWORD; index++)); do
                    word="${COMP_WORDS[index]}"
                    case "$path/$word" in
            \(paths)
                    esac
                done
                case "$path $previous" in
            \(values)
                esac
                case "$path" in
            \(words)
                esac
            }
            complete -o bashdefault -F \(function) \(root.name)

            """
        text = text.replacing(" \n", with: "\n")
        return text
    }

    private var commands: [(path: [String], spec: CommandSpec)] { CompletionScript.flat(root) }

    private func name(_ path: [String]) -> String { path.map { "/\($0)" }.joined() }

    private var paths: String {
        commands.filter { !$0.path.isEmpty }
            .map { "            \(name($0.path))) path=\"\(name($0.path))\" ;;" }
            .joined(separator: "\n")
    }

    private var values: String {
        var lines: [String] = []
        for (path, spec) in commands {
            for option in spec.options where option.valueName != nil {
                lines.append("        \"\(name(path)) --\(option.name)\") \(reply(option.completion)); return ;;")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func reply(_ completion: ValueCompletion) -> String {
        switch completion {
        case .anything: "COMPREPLY=()"
        case .files: "mapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
        case .choices(let words): compgen(words)
        }
    }

    private func compgen(_ words: [String]) -> String {
        "mapfile -t COMPREPLY < <(compgen -W \(CompletionScript.quoted(words.joined(separator: " "))) -- \"$current\")"
    }

    private var words: String {
        var lines: [String] = []
        for (path, spec) in commands {
            var words = spec.subcommands.map(\.name) + spec.options.map { "--\($0.name)" } + ["--help"]
            if path.isEmpty { words += ["help", "--version"] }
            var takesFiles = false
            for argument in spec.arguments {
                if case .choices(let choices) = argument.completion { words += choices }
                if argument.completion == .files { takesFiles = true }
            }
            var action = compgen(words)
            if takesFiles { action = "if [[ $current != -* ]]; then \(reply(.files)); else \(action); fi" }
            lines.append("        \"\(name(path))\") \(action) ;;")
        }
        return lines.joined(separator: "\n")
    }
}
