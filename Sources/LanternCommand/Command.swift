import CommandLine

/// One command of `lantern`: its declaration, its decoded options, what it does.
protocol Command: SendableMetatype {
    /// The declaration: parsing, help and completion come from it.
    static var spec: CommandSpec { get }

    /// Takes its values from a command line that fits the declaration.
    ///
    /// - Throws: `UsageError` for a value that does not make sense.
    init(_ parsed: ParsedCommand) throws(UsageError)

    /// Runs it; everything has been written when it returns.
    func run() -> ExitCode
}
