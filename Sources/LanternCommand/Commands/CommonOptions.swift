import CommandLine

/// Options that several commands take.
enum CommonOptions {
    /// Which file says what to do.
    static let config = OptionSpec(
        "config", "FILE", "the YAML file with the projections", required: true, completion: .files)
    /// For scripts.
    static let json = OptionSpec(flag: "json", "write JSON to stdout, for scripts")
    /// Which projection of the file.
    static let projection = ArgumentSpec("PROJECTION", "a projection's name, as in the file")
}
