/// Why there is nothing to judge.
struct GateError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
