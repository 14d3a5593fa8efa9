/// A name that the language knows in one place: the parser and the schema read the same tables.
struct Word: Sendable {
    var name: String
    /// What it means, for editors.
    var summary: String
    var shape: Shape
    var isRequired = false
}

/// What may follow a name.
indirect enum Shape: Sendable {
    /// Any single value.
    case scalar
    /// Text of this form (a regular expression) said in words.
    case text(pattern: String)
    case integer(ClosedRange<Int>)
    case duration
    /// Bytes, `64KiB`, `16MiB`.
    case size
    case flag
    case choice([String])
    case map([Word])
    /// A map whose names the user chooses.
    case named(pattern: String, Shape)
    case list(Shape)
    case either([Shape])
    /// A separate definition, because it is used in several places.
    case definition(String)
}

extension [Word] {
    var names: [String] { map(\.name) }
}
