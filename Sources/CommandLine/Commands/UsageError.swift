/// The command line cannot be understood: what is wrong, and what was probably meant. Programs exit with 2.
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake.
    public enum Code: Sendable, Equatable {
        case unknownCommand
        case missingCommand
        case unknownOption
        case repeatedOption
        case missingValue
        case unexpectedValue
        case invalidValue
        case missingOption
        case missingArgument
        case unexpectedArgument
    }

    /// What kind of mistake.
    public var code: Code
    /// What is wrong, in one line.
    public var message: String
    /// What was probably meant; nil if nothing is near.
    public var suggestion: String?
    /// The usage line of the command, or how to see its help.
    public var usage: String

    public init(_ code: Code, _ message: String, suggestion: String? = nil, usage: String = "") {
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.usage = usage
    }

    /// All of it, as written to stderr (without a newline at the end).
    public var description: String {
        var text = message
        if let suggestion { text += "\nDid you mean '\(suggestion)'?" }
        if !usage.isEmpty { text += "\n\n\(usage)" }
        return text
    }
}
