/// A plain tree of a projection, as Projections.md describes it.
public struct OracleProjection: Sendable, Equatable {
    /// A topic and its options.
    public struct Topic: Sendable, Equatable {
        public var name: String
        public var key: OraclePath?
        public var compacted: Bool

        public init(_ name: String, key: OraclePath? = nil, compacted: Bool = false) {
            self.name = name
            self.key = key
            self.compacted = compacted
        }
    }

    public enum Unknown: String, Sendable { case ignore, park, halt }
    public enum OnError: String, Sendable { case park, halt, skip }

    public var name: String
    public var version: Int
    public var topics: [Topic]
    public var type: OracleValue?
    public var time: OracleValue?
    public var unknown: Unknown
    public var onError: OnError
    public var views: [OracleView]

    public init(
        name: String, version: Int = 1, topics: [Topic], type: OracleValue? = nil, time: OracleValue? = nil,
        unknown: Unknown = .ignore, onError: OnError = .park, views: [OracleView]
    ) {
        self.name = name
        self.version = version
        self.topics = topics
        self.type = type
        self.time = time
        self.unknown = unknown
        self.onError = onError
        self.views = views
    }

    /// Whether some view depends on the order of events; where none does, bad events park alone.
    public var isOrderDependent: Bool { views.contains(where: \.isOrderDependent) }

    /// Every path that the projection names, each once.
    var paths: [OraclePath] {
        var found: [OraclePath] = []
        func note(_ value: OracleValue) {
            if case .path(let path, _) = value, !found.contains(path) { found.append(path) }
        }
        for topic in topics { if let key = topic.key { note(.path(key, optional: false)) } }
        if let type { note(type) }
        if let time { note(time) }
        for view in views {
            view.key.values.forEach(note)
            view.member?.values.forEach(note)
            for rule in view.events.flatMap(\.rules) {
                rule.when.map(\.value).forEach(note)
                rule.action.values.forEach(note)
            }
        }
        return found
    }
}

extension OracleAction {
    /// All values that the action reads.
    var values: [OracleValue] {
        switch self {
        case .delete, .add, .remove, .setAll: []
        case .hash(let set, _, let increment): set.map(\.value) + increment.map(\.number.value)
        case .document(let fields): fields.map(\.value)
        case .increment(let number), .maximum(let number), .minimum(let number), .score(let number): [number.value]
        }
    }
}
