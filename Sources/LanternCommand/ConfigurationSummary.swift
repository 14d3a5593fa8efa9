import CommandLine
import Configuration
import Projections
import System

/// What `lantern validate` reports about a file: for people as text, for scripts as JSON.
struct ConfigurationSummary: Encodable {
    /// A projection in short.
    struct Projection: Encodable {
        let name: String
        let version: Int
        let topics: [String]
        let views: [View]
    }

    /// A view in short.
    struct View: Encodable {
        let name: String
        let kind: String
        let key: String
        let topics: [String]
    }

    /// A mistake or a warning, and its place.
    struct Finding: Encodable {
        let file: String
        let line: Int
        let column: Int
        let message: String

        init(_ diagnostic: Diagnostic) {
            file = diagnostic.file
            line = diagnostic.line
            column = diagnostic.column
            message = diagnostic.message
        }
    }

    let file: String
    let valid: Bool
    var errors: [Finding] = []
    var warnings: [Finding] = []
    var projections: [Projection] = []
    /// With `--sample`: what the projections make of it.
    var sample: SampleReport?

    /// Of a file that can be run.
    init(_ configuration: Configuration) {
        file = configuration.file
        valid = true
        warnings = configuration.warnings.map(Finding.init)
        projections = configuration.projections.map { plan in
            Projection(
                name: plan.name, version: plan.version, topics: plan.topics.map(\.name),
                views: plan.views.map { view in
                    View(
                        name: view.name, kind: view.kind.word, key: view.key.shown(in: plan),
                        topics: view.topics.map { plan.topics[$0].name })
                })
        }
    }

    /// Of a file that cannot.
    init(file: String, _ error: ConfigurationError) {
        self.file = file
        valid = false
        errors = error.diagnostics.map(Finding.init)
    }

    /// A few lines and a table of the views.
    func text(hasColor: Bool) -> String {
        let views = projections.reduce(0) { $0 + $1.views.count }
        var table = Table([.init("projection"), .init("view"), .init("kind"), .init("key"), .init("from")])
        for projection in projections {
            for view in projection.views {
                table.append(
                    [projection.name, view.name, view.kind, view.key, view.topics.joined(separator: ", ")])
            }
        }
        let good = Style.green.applied(to: "valid", enabled: hasColor)
        let counts =
            "\(projections.count) projection\(projections.count == 1 ? "" : "s"), \(views) view\(views == 1 ? "" : "s")"
        return "\(file) is \(good): \(counts)\n\n" + table.text(hasColor: hasColor)
    }
}
