/// What a worker says of one projection that it can fold.
public struct WorkerProjection: Sendable, Equatable {
    public enum Role: String, Sendable {
        case live
        /// It builds, or keeps current, a generation that is not live.
        case build
    }

    public enum State: String, Sendable {
        case starting
        case running
        /// Nothing to do for it: the live generation has another definition, say.
        case idle
        /// It cannot run it, and tries again.
        case blocked
        case ended
    }

    public var name: String
    /// Of the definition that it can fold.
    public var fingerprint: String
    public var role = Role.live
    public var state = State.starting
    public var reason: String?
    /// Of the generation that it folds.
    public var number: Int?
    public var generation: String?
    public var database: Int?
    /// Events a second.
    public var rate: Int64 = 0
    /// From a record's timestamp until it is visible, in milliseconds, over the last minute; nil if nothing came.
    public var freshnessMedian: Int64?
    public var freshness99: Int64?
    /// The same over the last ten seconds: what a build that slows others down looks at.
    public var recent99: Int64?
    /// Where its lanes' time went; nil: nothing was measured yet.
    public var phases: WorkerPhases?
    public var partitions: [WorkerPartition] = []

    public init(name: String, fingerprint: String) {
        self.name = name
        self.fingerprint = fingerprint
    }

    var lines: [String] {
        var words = [
            "projection=\(name)", "fingerprint=\(fingerprint)", "role=\(role.rawValue)", "state=\(state.rawValue)",
        ]
        func add(_ name: String, _ value: Int64?) { if let value { words.append("\(name)=\(value)") } }
        add("generation", number.map { Int64($0) })
        if let generation { words.append("id=\(generation)") }
        add("database", database.map { Int64($0) })
        add("rate", rate)
        add("p50", freshnessMedian)
        add("p99", freshness99)
        add("recent", recent99)
        if let phases { words.append("phases=\(phases.text)") }
        if let reason { words.append("reason=\(WorkerEntry.oneLine(reason))") }
        return [words.joined(separator: " ")] + WorkerPartition.lines(partitions)
    }

    /// nil: the line is about something else.
    init?(_ words: WorkerLine) {
        guard let name = words["projection"], let fingerprint = words["fingerprint"] else { return nil }
        self.name = name
        self.fingerprint = fingerprint
        role = words["role"].flatMap { Role(rawValue: $0) } ?? .live
        state = words["state"].flatMap { State(rawValue: $0) } ?? .starting
        reason = words["reason"]
        number = words.number("generation").map { Int($0) }
        generation = words["id"]
        database = words.number("database").map { Int($0) }
        rate = words.number("rate") ?? 0
        freshnessMedian = words.number("p50")
        freshness99 = words.number("p99")
        recent99 = words.number("recent")
        phases = words["phases"].flatMap { WorkerPhases(text: $0) }
    }
}
