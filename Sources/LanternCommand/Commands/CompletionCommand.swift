import CommandLine

/// `lantern completion`: a shell's completion script.
struct CompletionCommand: Command {
    static let spec = CommandSpec(
        "completion", "Write a shell's completion script to stdout",
        arguments: [
            ArgumentSpec(
                "SHELL", "bash, zsh or fish", completion: .choices(CompletionScript.Shell.allCases.map(\.rawValue)))
        ],
        examples: [
            .init("source <(lantern completion bash)", "Use it in this bash"),
            .init("lantern completion zsh > ~/.zfunc/_lantern", "Install it for zsh, where ~/.zfunc is in $fpath"),
            .init("lantern completion fish > ~/.config/fish/completions/lantern.fish", "Install it for fish"),
        ],
        exitCodes: CommandTree.notes([.done, .usage]))

    let shell: CompletionScript.Shell

    init(_ parsed: ParsedCommand) throws(UsageError) {
        let name = try parsed.requiredArgument("SHELL")
        guard let shell = CompletionScript.Shell(rawValue: name) else {
            throw parsed.error(.invalidValue, "'\(name)': expected bash, zsh or fish")
        }
        self.shell = shell
    }

    func run() -> ExitCode {
        Console.output.write(CompletionScript.script(for: shell, of: CommandTree.root))
        return .done
    }
}
