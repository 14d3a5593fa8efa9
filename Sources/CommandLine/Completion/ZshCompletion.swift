/// Completion for zsh, by its `_arguments` and `_describe`.
struct ZshCompletion {
    private let root: CommandSpec

    init(_ root: CommandSpec) {
        self.root = root
    }

    var script: String {
        var text =
            "#compdef \(root.name)\n# zsh completion for \(root.name); save it as _\(root.name) in a folder of $fpath\n\n"
        for (path, spec) in CompletionScript.flat(root) { text += function(path, spec) + "\n" }
        return text + """
            if [ "$funcstack[1]" = "_\(root.name)" ]; then
                _\(root.name) "$@"
            else
                compdef _\(root.name) \(root.name)
            fi

            """
    }

    private func name(_ path: [String]) -> String { ([root.name] + path).map { "_\($0)" }.joined() }

    private func function(_ path: [String], _ spec: CommandSpec) -> String {
        spec.subcommands.isEmpty ? leaf(path, spec) : group(path, spec)
    }

    private func group(_ path: [String], _ spec: CommandSpec) -> String {
        let entries = spec.subcommands.map { "        " + CompletionScript.quoted("\($0.name):\(escaped($0.summary))") }
        let calls = spec.subcommands.map { "            \($0.name)) \(name(path + [$0.name])) ;;" }
        return """
            \(name(path))() {
                local context state line curcontext="$curcontext"
                local -a commands
                commands=(
            \(entries.joined(separator: "\n"))
                )
                _arguments -C '(-h --help)'{-h,--help}'[show help]' '1: :->command' '*:: :->rest'
                case "$state" in
                    command) _describe -t commands 'command' commands ;;
                    rest)
                        case "$line[1]" in
            \(calls.joined(separator: "\n"))
                        esac
                        ;;
                esac
            }

            """
    }

    private func leaf(_ path: [String], _ spec: CommandSpec) -> String {
        var parts = ["'(-h --help)'{-h,--help}'[show help]'"]
        for option in spec.options {
            var part = "--\(option.name)[\(escaped(option.summary))]"
            if let value = option.valueName { part += ":\(value):\(action(option.completion))" }
            parts.append(CompletionScript.quoted(part))
        }
        for (index, argument) in spec.arguments.enumerated() {
            let place = argument.isRepeating ? "*" : "\(index + 1)"
            let optional = argument.isOptional && !argument.isRepeating ? ":" : ""
            parts.append(CompletionScript.quoted("\(place):\(optional)\(argument.name):\(action(argument.completion))"))
        }
        return "\(name(path))() {\n    _arguments -s \\\n        \(parts.joined(separator: " \\\n        "))\n}\n"
    }

    private func action(_ completion: ValueCompletion) -> String {
        switch completion {
        case .anything: " "
        case .files: "_files"
        case .choices(let words): "(\(words.joined(separator: " ")))"
        }
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "[]:\\".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }
}
