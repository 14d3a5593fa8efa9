/// A path into an event's value, `$.total` or `$.customer.id`, declared as a stored property of the projection, so that one
/// pass over the value finds all of them.
///
/// If it ends in `?` (`$.note?`) and finds nothing, the change that would use its value is left out.
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
