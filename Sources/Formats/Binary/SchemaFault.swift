/// Why a schema cannot be used: one sentence for the person who reads it.
public struct SchemaFault: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
