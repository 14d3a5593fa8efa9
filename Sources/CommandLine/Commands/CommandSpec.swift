/// One command of a program, declared: what it is called, what it takes, what is below it.
///
/// Parsing, help and shell completion all come from this one value, so they cannot disagree.
public struct CommandSpec: Sendable {
    /// What the user types, such as `run`.
    public var name: String
    /// One line, without a full stop.
    public var summary: String
    /// What help says below the usage line; empty for none.
    public var discussion: String
    /// Arguments without a name, in order.
    public var arguments: [ArgumentSpec]
    /// Options, written with `--`; `--help` is always there and not listed.
    public var options: [OptionSpec]
    /// Command lines that help shows.
    public var examples: [Example]
    /// The exit codes that help explains, in order.
    public var exitCodes: [ExitCodeNote]
    /// What is below it; a command with subcommands takes nothing itself.
    public var subcommands: [CommandSpec]

    /// A command line worth copying, and what it does.
    public struct Example: Sendable {
        /// The line as typed.
        public var line: String
        /// What it does, in a few words.
        public var purpose: String

        public init(_ line: String, _ purpose: String) {
            self.line = line
            self.purpose = purpose
        }
    }

    /// An exit code and what it means.
    public struct ExitCodeNote: Sendable {
        /// The code, 0 to 255.
        public var code: Int32
        /// What it means, in a few words.
        public var meaning: String

        public init(_ code: Int32, _ meaning: String) {
            self.code = code
            self.meaning = meaning
        }
    }

    public init(
        _ name: String, _ summary: String, discussion: String = "", arguments: [ArgumentSpec] = [],
        options: [OptionSpec] = [], examples: [Example] = [], exitCodes: [ExitCodeNote] = [],
        subcommands: [CommandSpec] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.examples = examples
        self.exitCodes = exitCodes
        self.subcommands = subcommands
    }

    /// The command of that name directly below this one.
    public func subcommand(named name: String) -> CommandSpec? {
        subcommands.first { $0.name == name }
    }

    /// The option of that name (without dashes).
    public func option(named name: String) -> OptionSpec? {
        options.first { $0.name == name }
    }
}
