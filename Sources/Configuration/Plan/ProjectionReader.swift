internal import Projections

/// Compiles one projection.
struct ProjectionReader {
    let scope: ProjectionScope
    private(set) var views: [PlacedView] = []
    /// The database of its own, if it names one.
    private(set) var database: Int?
    private var log: DiagnosticLog { scope.log }
    private var values: ValueReader { ValueReader(scope: scope) }

    init(scope: ProjectionScope) { self.scope = scope }

    mutating func read(_ entry: YAMLNode.Entry) -> ProjectionPlan? {
        let place = "projection \(entry.name)"
        guard let map = MapReader(entry.value, Vocabulary.projection, place: place, log: log) else { return nil }
        let version = map.integer("version", in: 1...Int(Int32.max))
        database = map.integer("database", in: Vocabulary.databases)
        if let node = map["topics"] { readTopics(node) }
        let type = map["type"].flatMap { values.type($0) }
        scope.type = type
        let time = map["time"].flatMap { values.time($0) }
        if map["type"] != nil, type == nil { scope.isTypeUnreadable = true }
        let unknown = map.choice("unknown", UnknownTypePolicy.self) ?? .ignore
        let onError = map["on-error"].flatMap(errorPolicy) ?? .park
        if let node = map["views"] { readViews(node) }
        warnAboutUnreadTopics()
        guard let version else { return nil }
        return ProjectionPlan(
            name: entry.name, version: version, topics: scope.topics, type: type, time: time,
            unknown: unknown, onError: onError, paths: scope.paths, views: views.map(\.plan),
            announcesChanges: map.flag("changes") ?? false)
    }

    // MARK: Topics

    private func readTopics(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items):
            for item in items {
                guard let name = ScalarReader(log: log).text(item, place: "a topic") else { continue }
                add(TopicPlan(name: name), at: item.position)
            }
        case .mapping(let entries):
            for entry in entries { add(TopicReader(scope: scope).read(entry), at: entry.position) }
        case .scalar(let text, _):
            log.error(
                node.position, "`topics` must be a list, `[\(node.isNull ? "orders" : text)]`, or a map with options")
            return
        }
        if scope.topics.isEmpty, !log.hasErrors {
            log.error(node.position, "`topics` is empty: name at least one topic")
        }
    }

    private func add(_ topic: TopicPlan, at position: Position) {
        if !Names.isTopic(topic.name) {
            log.error(
                position,
                "`\(topic.name)` is not a valid topic name: use letters, digits, `.`, `_` and `-`, at most 249")
        }
        if scope.topics.contains(where: { $0.name == topic.name }) {
            log.error(position, "topic `\(topic.name)` occurs twice")
            return
        }
        scope.topics.append(topic)
        scope.topicPositions.append(position)
    }

    private func warnAboutUnreadTopics() {
        let read = Set(views.flatMap(\.plan.topics))
        for (index, topic) in scope.topics.enumerated() where !read.contains(index) {
            log.warn(
                scope.topicPositions[index], "no view reads topic `\(topic.name)`: remove it, or name it in a `from`")
        }
    }

    // MARK: Policies

    private func errorPolicy(_ node: YAMLNode) -> ErrorPolicy? {
        let words = ["park", "halt", "skip"]
        if case .mapping = node.content {
            guard let map = MapReader(node, Vocabulary.errorPolicy, place: "`on-error`", log: log),
                let target = map["dead-letter"], let topic = map.text("dead-letter")
            else { return nil }
            if !Names.isTopic(topic) {
                log.error(
                    target.position, "`\(topic)` is not a valid topic name: use letters, digits, `.`, `_` and `-`")
            } else if scope.topics.contains(where: { $0.name == topic }) {
                log.error(target.position, "`\(topic)` is read by this projection: bad events would come back forever")
            } else {
                scope.deadLetterPosition = target.position
            }
            return .deadLetter(topic: topic)
        }
        switch ScalarReader(log: log).text(node, place: "`on-error`") {
        case nil: return nil
        case "park": return .park
        case "halt": return .halt
        case "skip": return .skip
        case "dead-letter":
            log.error(node.position, "`dead-letter` needs its topic: `on-error: { dead-letter: TOPIC }`")
        case let word?:
            let hint = Hint.text(for: word, among: words + ["dead-letter"])
            log.error(node.position, "`on-error` cannot be `\(word)`\(hint)")
        }
        return nil
    }

    // MARK: Views

    private mutating func readViews(_ node: YAMLNode) {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            log.error(node.position, "`views` must be a map of names and views, not \(node.kindName)")
            return
        }
        for entry in entries {
            if let fault = Names.fault(in: entry.name) {
                log.error(entry.position, "`\(entry.name)` is not a valid name for a view: use \(fault)")
            }
            if let view = ViewReader(scope: scope).read(entry) { views.append(view) }
        }
    }
}
