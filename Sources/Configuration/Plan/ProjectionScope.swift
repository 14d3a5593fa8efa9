internal import Projections

/// What the parts of one projection share while it is compiled.
final class ProjectionScope {
    let name: String
    let log: DiagnosticLog
    var topics: [TopicPlan] = []
    var topicPositions: [Position] = []
    var hasType = false
    /// Where `on-error` names a dead-letter topic; nil if it does not.
    var deadLetterPosition: Position?
    private(set) var paths: [JSONPath] = []
    private var indices: [JSONPath: Int] = [:]

    init(name: String, log: DiagnosticLog) {
        self.name = name
        self.log = log
    }

    /// The index of `path` in the projection's table, which has each path once.
    func index(of path: JSONPath) -> Int {
        if let index = indices[path] { return index }
        indices[path] = paths.count
        paths.append(path)
        return paths.count - 1
    }

    func shown(_ source: ValueSource) -> String { source.shown(paths) }
}
