/// The newest that was seen of each projection, so that no answer goes back behind it.
struct SeenVectors: Sendable {
    private struct Seen: Sendable {
        var generation: Int
        var next: [AnswerVector.Place: Int64]
    }

    /// More, as it is encoded, has no room in a head beside the answer's own vector: then the generation alone is asked for.
    static let longest = 8_000

    private var seen: [String: Seen] = [:]
    /// Which projections a query reads, by its path.
    private var projections: [String: [String]] = [:]

    /// An answer came with that vector. Answers may overtake each other: what is older than another one changes nothing.
    mutating func note(_ vector: AnswerVector, of question: Question) {
        let parts = vector.parts
        if question.projection == nil, !parts.isEmpty { projections[question.path] = parts.map(\.projection) }
        for part in parts {
            let known = seen[part.projection]
            if let known, known.generation > part.generation { continue }
            var next = part.next
            let topics = Set(next.keys.map(\.topic))
            let isNewer = known.map { $0.generation < part.generation } ?? false
            // The offsets of an older generation say nothing of this one's rows but which events are in them, if it reads them.
            for (place, offset) in known?.next ?? [:] {
                if isNewer, !topics.isEmpty, !topics.contains(place.topic) { continue }
                next[place] = max(next[place] ?? 0, offset)
            }
            seen[part.projection] = Seen(generation: part.generation, next: next)
        }
    }

    /// What a question asks for so as not to go back.
    func parameters(for question: Question) -> [Question.Parameter] {
        let names = question.projection.map { [$0] } ?? projections[question.path] ?? []
        let known = names.compactMap { name in seen[name].map { (name, $0) } }
        let vectors = known.filter { !$0.1.next.isEmpty }.map { "\($0.0)=\(Self.text($0.1.next))" }
        var parameters: [Question.Parameter] = []
        let text = vectors.joined(separator: ";")
        if !text.isEmpty, Question.encoded(text).utf8.count <= Self.longest {
            parameters.append(.init(name: "seen", value: text))
        }
        if !known.isEmpty {
            let generations = known.map { "\($0.0):\($0.1.generation)" }.joined(separator: ",")
            parameters.append(.init(name: "generation", value: generations))
        }
        return parameters
    }

    private static func text(_ next: [AnswerVector.Place: Int64]) -> String {
        let places = next.sorted { ($0.key.topic, $0.key.partition) < ($1.key.topic, $1.key.partition) }
        var topic: String?
        return places.map { place, offset in
            defer { topic = place.topic }
            return (place.topic == topic ? "" : "\(place.topic)/") + "\(place.partition)@\(offset)"
        }.joined(separator: ",")
    }
}
