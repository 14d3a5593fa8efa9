internal import Projections

/// What the parts of one projection share while it is compiled.
final class ProjectionScope {
    let name: String
    let log: DiagnosticLog
    var topics: [TopicPlan] = []
    var topicPositions: [Position] = []
    /// Where `type` is for topics that have none of their own.
    var type: ValueSource?
    /// There is a `type`, and it was refused: what depends on it need not be said as well.
    var isTypeUnreadable = false
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

    func path(_ index: Int) -> JSONPath { paths[index] }

    /// Why a topic's events cannot have that; nil if they can.
    func fault(of source: ValueSource, in topic: TopicPlan) -> String? {
        guard case .path(let index, _) = source else { return nil }
        return topic.fault(of: paths[index])
    }

    /// Whether these topics have change events: all of them, or none has.
    func isDebezium(_ topics: [Int]) -> Bool {
        !topics.isEmpty && topics.allSatisfy { self.topics[$0].format.envelope == .debezium }
    }

    /// Whether each of these topics says what its events are.
    func haveType(_ topics: [Int]) -> Bool {
        type != nil || isTypeUnreadable || topics.allSatisfy { self.topics[$0].type != nil }
    }

    func shown(_ source: ValueSource) -> String { source.shown(paths) }
}
