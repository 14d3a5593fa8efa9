/// `$.a.b`: the names to follow from the top of a JSON value.
public struct OraclePath: Sendable, Equatable {
    public let names: [String]
    let bytes: [[UInt8]]

    public init(_ names: [String]) {
        self.names = names
        bytes = names.map { Array($0.utf8) }
    }

    /// `a.b`, as it is in a template's placeholder.
    public var text: String { names.joined(separator: ".") }
}
