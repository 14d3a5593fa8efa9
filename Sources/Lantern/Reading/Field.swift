/// A path into an event's value, `$.total` or `$.customer.id`, declared as a stored property of the projection, so that one
/// pass over the value finds all of them.
///
/// With a `?` at its end (`$.note?`) a change whose value it is is left out where the path finds nothing.
public struct Field: Sendable, Hashable, CustomStringConvertible {
    /// The path's place in `Declarations`.
    let path: Int32
    let isOptional: Bool

    /// `path` is checked when the projection is prepared.
    public init(_ path: String) {
        isOptional = path.hasSuffix("?")
        self.path = Declarations.place(ofPath: isOptional ? String(path.dropLast()) : path)
    }

    /// The path as it was declared.
    public var description: String { Declarations.path(at: path) + (isOptional ? "?" : "") }
}
