/// A `Lantern-Checkpoint`, of one projection or of several, by topic and partition.
struct PageVector: Equatable, Sendable {
    private var next: [String: [Int64]] = [:]

    init(_ text: String) {
        for part in text.split(separator: ";") {
            var topic = ""
            for place in part[(part.firstIndex(of: "=").map { part.index(after: $0) } ?? part.startIndex)...]
                .split(separator: ",")
            {
                var rest = place
                if let slash = place.firstIndex(of: "/") {
                    topic = String(place[..<slash])
                    rest = place[place.index(after: slash)...]
                }
                guard let at = rest.firstIndex(of: "@"), let partition = Int(rest[..<at]),
                    let offset = Int64(rest[rest.index(after: at)...])
                else { continue }
                var offsets = next[topic] ?? []
                while offsets.count <= partition { offsets.append(0) }
                offsets[partition] = offset
                next[topic] = offsets
            }
        }
    }

    /// The next offset of each partition that has one, the others being 0.
    subscript(topic: String) -> [Int64] { next[topic] ?? [] }

    /// Whether it is behind another one anywhere.
    func isBehind(_ other: PageVector) -> Bool {
        other.next.contains { topic, offsets in
            let own = self[topic]
            return offsets.enumerated().contains { $1 > (own.indices.contains($0) ? own[$0] : 0) }
        }
    }
}
