/// An option of a command: a flag, or a name with a value.
public struct OptionSpec: Sendable {
    /// Its long name, without the dashes.
    public var name: String
    /// What stands for the value in help, such as `FILE`; nil for a flag.
    public var valueName: String?
    /// One line, without a full stop.
    public var summary: String
    /// What is taken when it is not given; help shows it.
    public var defaultValue: String?
    /// Whether the command refuses to run without it.
    public var isRequired: Bool
    /// Whether it may be given several times, with another value each time.
    public var isRepeating: Bool
    /// What a shell offers for the value.
    public var completion: ValueCompletion

    /// An option with a value.
    public init(
        _ name: String, _ valueName: String, _ summary: String, default defaultValue: String? = nil,
        required isRequired: Bool = false, repeating isRepeating: Bool = false,
        completion: ValueCompletion = .anything
    ) {
        self.name = name
        self.valueName = valueName
        self.summary = summary
        self.defaultValue = defaultValue
        self.isRequired = isRequired
        self.isRepeating = isRepeating
        self.completion = completion
    }

    /// An option without a value.
    public init(flag name: String, _ summary: String) {
        self.name = name
        self.valueName = nil
        self.summary = summary
        self.defaultValue = nil
        self.isRequired = false
        self.isRepeating = false
        self.completion = .anything
    }

    /// As help and messages write it: `--config FILE`.
    public var usage: String {
        guard let valueName else { return "--\(name)" }
        return "--\(name) \(valueName)"
    }
}

/// What a shell offers as a value.
public enum ValueCompletion: Sendable, Equatable {
    /// Nothing: any text.
    case anything
    /// Names of files.
    case files
    /// One of these words; the parser refuses all others.
    case choices([String])
}
