import Configuration
import Projections
import Reads

/// Reads how fresh an answer must be from a request's parameters.
struct ConditionReader {
    /// The parameters that say it.
    static let names: Set = ["after", "seen", "generation", "latest", "max-stale", "where", "wait", "stale"]

    /// Who asks for something and says no time waits for so long, and nobody for longer than the other.
    static let usualWait: Int64 = 1_000_000_000
    static let longestWait = 60_000

    let request: HTTPRequest
    /// The projections that are read.
    let subjects: [ReadSubject]

    func condition() throws(Problem) -> FreshnessCondition {
        var condition = FreshnessCondition()
        if let text = request.parameter("after") {
            guard let list = OffsetList(text) else {
                throw Self.mistake("after", "offsets of events, `after=orders/3@1041,4@7`", text)
            }
            condition.after = list
        }
        if let text = request.parameter("seen") { condition.seen = try Self.seen(text) }
        if let text = request.parameter("generation") { condition.generations = try Self.generations(text) }
        condition.maxStaleNanoseconds = try maxStale()
        if let text = request.parameter("where") {
            guard let field = FieldCondition(text) else {
                throw Self.mistake("where", "a field compared with a value, `where=version>=7`", text)
            }
            condition.field = field
        }
        condition.waitNanoseconds = condition.isEmpty ? 0 : Self.usualWait
        if let text = request.parameter("wait") {
            let milliseconds = text == "0" ? 0 : TimeSpan.milliseconds(text)
            guard let milliseconds, milliseconds <= Self.longestWait else {
                throw Self.mistake("wait", "a time of at most 60 s, `wait=500ms`", text)
            }
            condition.waitNanoseconds = Int64(milliseconds) * 1_000_000
        }
        if let text = request.parameter("stale") {
            guard text == "allow" else { throw Self.mistake("stale", "`stale=allow`, or absent", text) }
            condition.allowsStale = true
        }
        try checkTopics(condition)
        leaveOutForeign(&condition)
        return condition
    }

    private func maxStale() throws(Problem) -> Int64? {
        if let text = request.parameter("latest") {
            guard text.isEmpty || text == "true" else { throw Self.mistake("latest", "without a value", text) }
            return 0
        }
        guard let text = request.parameter("max-stale") else { return nil }
        guard let milliseconds = TimeSpan.milliseconds(text), milliseconds > 0 else {
            throw Self.mistake("max-stale", "a time, `max-stale=200ms`", text)
        }
        return Int64(milliseconds) * 1_000_000
    }

    private var topics: Set<String> { Set(subjects.flatMap { $0.plan.topics.map(\.name) }) }

    /// What nothing reads would be waited for in vain.
    private func checkTopics(_ condition: FreshnessCondition) throws(Problem) {
        let topics = topics
        for place in condition.after.places where !topics.contains(place.topic) {
            throw Problem(
                .request,
                "no event of topic \(place.topic) is in these rows: they are made of \(topics.sorted().joined(separator: ", "))"
            )
        }
    }

    /// What an earlier answer said of topics and projections that these rows are not made of binds nobody: the definition may
    /// have been another one then, and whoever carries its words on could read nothing any more.
    private func leaveOutForeign(_ condition: inout FreshnessCondition) {
        let topics = topics
        let names = subjects.map(\.plan.name)
        condition.generations.removeAll { !names.contains($0.projection) }
        condition.seen.removeAll { seen in seen.projection.map { !names.contains($0) } ?? false }
        for index in condition.seen.indices {
            condition.seen[index].offsets.places.removeAll { !topics.contains($0.topic) }
        }
        condition.seen.removeAll { $0.offsets.places.isEmpty }
    }

    /// What `Lantern-Checkpoint` says: the offsets of one projection, or of several, each after its name.
    private static func seen(_ text: String) throws(Problem) -> [FreshnessCondition.Seen] {
        var list: [FreshnessCondition.Seen] = []
        for part in text.split(separator: ";") {
            let part = part.trimmingBlanks
            let equals = part.firstIndex(of: "=")
            let offsets = equals.map { part[part.index(after: $0)...] } ?? part
            guard let found = OffsetList(offsets) else {
                throw mistake("seen", "what an answer's `Lantern-Checkpoint` says, `seen=orders/0@1042,1@998`", text)
            }
            list.append(.init(projection: equals.map { String(part[..<$0]) }, offsets: found))
        }
        return list
    }

    private static func generations(_ text: String) throws(Problem) -> [FreshnessCondition.Generation] {
        var list: [FreshnessCondition.Generation] = []
        for part in text.split(separator: ",") {
            let words = part.trimmingBlanks.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 2, words[1].first != "+", let number = Int(words[1]),
                number > 0
            else {
                throw mistake("generation", "what an answer's `Lantern-Generation` says, `generation=orders:4`", text)
            }
            list.append(.init(projection: String(words[0]), number: number))
        }
        return list
    }

    static func mistake(_ name: String, _ form: String, _ text: String) -> Problem {
        Problem(.request, "`\(name)` must be \(form), not `\(text)`")
    }
}
