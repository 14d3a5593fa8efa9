/// What a command takes by position.
public struct ArgumentSpec: Sendable {
    /// What stands for it in help, such as `FILE`; also the name by which its value is asked for.
    public var name: String
    /// One line, without a full stop.
    public var summary: String
    /// Whether it may be left out; only the last ones may.
    public var isOptional: Bool
    /// Whether it takes all that is left; only the last one may.
    public var isRepeating: Bool
    /// What a shell offers for it.
    public var completion: ValueCompletion

    public init(
        _ name: String, _ summary: String, optional isOptional: Bool = false, repeating isRepeating: Bool = false,
        completion: ValueCompletion = .anything
    ) {
        self.name = name
        self.summary = summary
        self.isOptional = isOptional
        self.isRepeating = isRepeating
        self.completion = completion
    }

    /// As the usage line writes it: `FILE`, `[KEY…]`.
    public var usage: String {
        let text = isRepeating ? "\(name)…" : name
        return isOptional ? "[\(text)]" : text
    }
}
