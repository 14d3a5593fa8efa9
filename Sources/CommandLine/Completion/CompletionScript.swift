/// A shell's completion script, generated from the tree of commands.
public enum CompletionScript {
    /// The shells that are known.
    public enum Shell: String, Sendable, CaseIterable { case bash, zsh, fish }

    /// The script that `shell` loads.
    public static func script(for shell: Shell, of root: CommandSpec) -> String {
        switch shell {
        case .bash: BashCompletion(root).script
        case .zsh: ZshCompletion(root).script
        case .fish: FishCompletion(root).script
        }
    }

    /// The tree, flat: every command with its path below the program.
    static func flat(_ spec: CommandSpec, path: [String] = []) -> [(path: [String], spec: CommandSpec)] {
        [(path, spec)] + spec.subcommands.flatMap { flat($0, path: path + [$0.name]) }
    }

    /// `text` between single quotes, as POSIX shells and fish read it.
    static func quoted(_ text: String) -> String {
        var result = "'"
        for character in text {
            switch character {
            case "'": result += "'\\''"
            default: result.append(character)
            }
        }
        return result + "'"
    }
}
