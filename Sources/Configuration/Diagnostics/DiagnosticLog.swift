/// Collects what is wrong while a file is read, so that all of it can be told at once.
final class DiagnosticLog {
    /// With more errors than this, reading further does not help.
    static let limit = 100

    let file: String
    private var errors: [(position: Position, message: String)] = []
    private var remarks: [(position: Position, message: String)] = []
    private var silenced: Set<Position> = []

    init(file: String) { self.file = file }

    var hasErrors: Bool { !errors.isEmpty }

    func error(_ position: Position, _ message: String) {
        guard errors.count < Self.limit, !silenced.contains(position),
            !errors.contains(where: { $0.position == position && $0.message == message })
        else { return }
        errors.append((position, message))
    }

    /// The only error reported at `position`: whatever else seems wrong there follows from it.
    func finalError(_ position: Position, _ message: String) {
        error(position, message)
        silenced.insert(position)
    }

    /// Something allowed that is probably not meant.
    func warn(_ position: Position, _ message: String) {
        guard remarks.count < Self.limit else { return }
        remarks.append((position, message))
    }

    var diagnostics: [Diagnostic] { sorted(errors) }
    var warnings: [Diagnostic] { sorted(remarks) }

    private func sorted(_ list: [(position: Position, message: String)]) -> [Diagnostic] {
        list.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map {
                Diagnostic(
                    file: file, line: $1.position.line, column: $1.position.column, message: Self.printable($1.message))
            }
    }

    /// On one line, whatever the file or the environment puts into it, and without power over a terminal.
    private static func printable(_ message: String) -> String {
        var result = ""
        for scalar in message.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            // Invisible ones too (zero-width blanks, direction marks): two names that look alike must be told apart.
            case _ where [.control, .format, .lineSeparator].contains(scalar.properties.generalCategory):
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
