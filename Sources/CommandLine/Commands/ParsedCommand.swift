/// A command line that was understood: the command and its values.
public struct ParsedCommand: Sendable {
    /// The program's name and the commands below it, such as `["lantern", "parked", "list"]`.
    public var path: [String]
    /// The command's declaration.
    public var spec: CommandSpec
    var flags: Set<String> = []
    var values: [String: String] = [:]
    var repeated: [String: [String]] = [:]
    var positions: [String: [String]] = [:]

    init(path: [String], spec: CommandSpec) {
        self.path = path
        self.spec = spec
    }

    /// Whether the flag was given.
    public func flag(_ name: String) -> Bool {
        flags.contains(name)
    }

    /// The option's value, else its default, else nil.
    public func value(_ name: String) -> String? {
        values[name] ?? spec.option(named: name)?.defaultValue
    }

    /// All values of a repeating option, in the order given.
    public func values(_ name: String) -> [String] { repeated[name] ?? [] }

    /// The value of an option that the declaration requires or gives a default.
    ///
    /// - Throws: ``UsageError`` if it has neither.
    public func requiredValue(_ name: String) throws(UsageError) -> String {
        if let value = value(name) { return value }
        throw error(.missingOption, "missing '--\(name)'")
    }

    /// The option's value as an integer within `range`.
    ///
    /// - Throws: ``UsageError`` for anything else. Digits may be grouped by `_`.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        if let number = Int(text.filter { $0 != "_" }), range.contains(number) { return number }
        let bounds =
            range.upperBound == .max
            ? "an integer of at least \(range.lowerBound)"
            : "an integer from \(range.lowerBound) to \(range.upperBound)"
        throw error(.invalidValue, "'--\(name) \(text)': expected \(bounds)")
    }

    /// The argument's value; nil if it was left out.
    public func argument(_ name: String) -> String? {
        positions[name]?.first
    }

    /// The value of a required argument.
    ///
    /// - Throws: ``UsageError`` if it is missing.
    public func requiredArgument(_ name: String) throws(UsageError) -> String {
        if let value = argument(name) { return value }
        throw error(.missingArgument, "missing \(name)")
    }

    /// All values of a repeating argument.
    public func arguments(_ name: String) -> [String] {
        positions[name] ?? []
    }

    /// A usage error that ends in this command's usage line.
    public func error(_ code: UsageError.Code, _ message: String, suggestion: String? = nil) -> UsageError {
        UsageError(code, message, suggestion: suggestion, usage: HelpText(spec, path: path).usageAndHint)
    }
}
