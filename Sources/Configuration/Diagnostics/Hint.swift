internal import CommandLine

/// What a message about an unknown name ends in.
enum Hint {
    /// `: did you mean …?`, or all known names if none is similar.
    static func text(for name: String, among known: [String]) -> String {
        if let near = Suggestion.nearest(to: name, among: known) { return ": did you mean `\(near)`?" }
        if known.isEmpty { return "" }
        return ": the known names are " + list(known)
    }

    static func list(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}
