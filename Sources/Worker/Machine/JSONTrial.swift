/// Whether a topic's first events are JSON at all: if none of them is, the topic is not what the configuration says.
struct JSONTrial {
    private let limit: Int
    /// For each topic: its first events, and how many of them were not JSON.
    private var topics: [(events: Int, notJSON: Int)]

    init(topics: Int, limit: Int) {
        self.limit = limit
        self.topics = Array(repeating: (0, 0), count: topics)
    }

    /// An event was projected: the trial is over.
    @inline(__always)
    mutating func pass(_ topic: Int) {
        if topics[topic].events < limit { topics[topic].events = limit }
    }

    /// Whether nothing of the topic was projected yet.
    func isOpen(_ topic: Int) -> Bool { topics[topic].events < limit }

    /// A bad event; true if none of the first ones was JSON. `before`: how many there were before this lane began.
    mutating func isLost(_ topic: Int, isNotJSON: Bool, before: Int) -> Bool {
        guard topics[topic].events < limit else { return false }
        topics[topic].events += 1
        if isNotJSON { topics[topic].notJSON += 1 }
        return topics[topic].notJSON == topics[topic].events && topics[topic].notJSON + before >= limit
    }
}
