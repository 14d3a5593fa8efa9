/// What `lantern` returns to the shell when it ends (Operations.md, "Bounded runs").
enum ExitCode: Int32, CaseIterable {
    /// What was asked for is done.
    case done = 0
    /// Something failed while running.
    case failed = 1
    /// The command line or the configuration is wrong; nothing was started.
    case usage = 2
    /// A partition halted.
    case halted = 3
    /// Kafka or Redis could not be reached, or refused, at start.
    case unreachable = 4
    /// Two databases were compared, and they differ.
    case differences = 5
}
