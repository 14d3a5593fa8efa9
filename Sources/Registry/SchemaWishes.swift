import Projections

/// What events wait for and is not here: each with its own failures, so that none delays another. Bounded.
struct SchemaWishes {
    /// What is wanted.
    enum Name: Hashable, CustomStringConvertible {
        case schema(SchemaName)
        /// The first schema of a topic's keys.
        case key(String, seen: KeySchema)

        var description: String {
            switch self {
            case .schema(let id): "schema \(id)"
            case .key(let topic, _): "the schema of the first keys of topic \(topic)"
            }
        }

        static func == (one: Name, other: Name) -> Bool {
            switch (one, other) {
            case (.schema(let one), .schema(let other)): one == other
            case (.key(let one, _), .key(let other, _)): one == other
            default: false
            }
        }

        func hash(into hasher: inout Hasher) {
            switch self {
            case .schema(let id): hasher.combine(id)
            case .key(let topic, _): hasher.combine(topic)
            }
        }
    }

    private struct Wish {
        enum Phase: Equatable {
            case waiting
            case running
            /// It has failed, and is tried again after a pause.
            case pausing
            /// The registry does not have it; believed until then.
            case refused(until: Int64)
        }

        var phase = Phase.waiting
        /// Why it is not here.
        var words: String
        var pause: Int64 = 0
        var askedAt: Int64
    }

    /// More at a time are not remembered: what was asked for longest ago is forgotten.
    private static let most = 1_000

    private var wishes: [Name: Wish] = [:]
    private var queue: [Name] = []
    private var running = 0

    var count: Int { wishes.count }

    /// Whether nothing is fetched, or about to be.
    var isQuiet: Bool { running == 0 && queue.isEmpty }

    /// Why the registry does not have it, while that is believed.
    func refusal(of name: Name, now: Int64) -> String? {
        guard let wish = wishes[name], case .refused(let until) = wish.phase, now < until else { return nil }
        return wish.words
    }

    /// Somebody wants it; returns why it is not here. `words`: if nothing else is known.
    mutating func ask(_ name: Name, now: Int64, words: String) -> String {
        guard var wish = wishes[name] else {
            makeRoom()
            wishes[name] = Wish(words: words, askedAt: now)
            queue.append(name)
            return words
        }
        wish.askedAt = now
        if case .refused = wish.phase {
            wish = Wish(words: words, askedAt: now)
            queue.append(name)
        }
        wishes[name] = wish
        return wish.words
    }

    /// The next one that is to be fetched, if fewer than that many are.
    mutating func start(atMost most: Int) -> Name? {
        guard running < most, !queue.isEmpty else { return nil }
        let name = queue.removeFirst()
        wishes[name]?.phase = .running
        running += 1
        return name
    }

    /// It is here.
    mutating func end(_ name: Name) {
        running -= 1
        wishes[name] = nil
    }

    /// The registry does not have it.
    mutating func refuse(_ name: Name, _ words: String, until: Int64) {
        running -= 1
        wishes[name]?.words = words
        wishes[name]?.phase = .refused(until: until)
    }

    /// It was not given; returns after how long it is to be tried again, and whether the reason is another one than before.
    mutating func fail(_ name: Name, _ words: String, _ options: RegistryOptions) -> (pause: Int64, isNew: Bool) {
        running -= 1
        guard var wish = wishes[name] else { return (options.longestPause, false) }
        let isNew = wish.words != words
        wish.words = words
        wish.pause = min(max(wish.pause * 2, options.shortestPause), options.longestPause)
        wish.phase = .pausing
        wishes[name] = wish
        return (wish.pause, isNew)
    }

    /// Its pause is over: it is tried again if it was wanted lately, and forgotten otherwise.
    mutating func resume(_ name: Name, now: Int64, forgetAfter: Int64) {
        guard let wish = wishes[name], wish.phase == .pausing else { return }
        guard now - wish.askedAt <= forgetAfter else {
            wishes[name] = nil
            return
        }
        wishes[name]?.phase = .waiting
        queue.append(name)
    }

    private mutating func makeRoom() {
        guard wishes.count >= Self.most else { return }
        let oldest = wishes.filter { $0.value.phase != .running && $0.value.phase != .waiting }
            .min { $0.value.askedAt < $1.value.askedAt }
        if let oldest { wishes[oldest.key] = nil }
    }
}
