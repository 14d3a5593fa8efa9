/// Why a configuration cannot be used: everything that was found wrong, in the order of the file.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable { case notReadable, invalid }

    public var code: Code
    /// Never empty.
    public var diagnostics: [Diagnostic]

    public init(code: Code, diagnostics: [Diagnostic]) {
        self.code = code
        self.diagnostics = diagnostics
    }

    /// A line `FILE:LINE:COLUMN: message` for each.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
