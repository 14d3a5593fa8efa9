import Records

extension PromotionReading {
    /// Where the build stands, seen from the live checkpoints.
    enum Distance: Equatable {
        /// On every partition exactly where live is.
        case met
        /// Not there yet, and the partition that lacks the most.
        case behind(String)
        /// Past the live checkpoints, or at odds with them in a way that waiting does not cure.
        case apart(String)
    }

    /// Compares all partitions of all topics that a live generation reads.
    func distance(_ subject: PromotionSubject) -> Distance {
        var behind: (events: Int64, words: String)?
        for (index, projection) in subject.projections.enumerated() where projection.live != nil {
            for (topic, name) in projection.topics.enumerated() where home.counts[index][topic] > 0 {
                // A topic that only the live definition reads is none of the build's.
                guard build.counts[index][topic] > 0 else { continue }
                for partition in home.checkpoints[index][topic].indices {
                    let live = home.checkpoints[index][topic][partition]?.next
                    let own = build.checkpoints[index][topic][partition]?.next
                    let place = "\(projection.name), \(name)-\(partition)"
                    let words = "\(place): live is at \(Self.words(live)), the build at \(Self.words(own))"
                    if live == own { continue }
                    guard let live, own ?? 0 <= live else { return .apart(words) }
                    let events = live - (own ?? 0)
                    if events >= behind?.events ?? 0 { behind = (events, words) }
                }
            }
        }
        return behind.map { .behind($0.words) } ?? .met
    }

    private static func words(_ next: Int64?) -> String { next.map { "offset \($0)" } ?? "no checkpoint" }

    /// Partitions where the build has parked more events beyond live's than in an earlier reading.
    func newlyParked(since earlier: PromotionReading, _ subject: PromotionSubject) -> String? {
        for (index, projection) in subject.projections.enumerated() where projection.live != nil {
            for (topic, name) in projection.topics.enumerated() {
                let count = min(build.parked[index][topic].count, earlier.build.parked[index][topic].count)
                for partition in 0..<count {
                    let now = build.parked[index][topic][partition] - home.parked[index][topic][partition]
                    let before =
                        earlier.build.parked[index][topic][partition] - earlier.home.parked[index][topic][partition]
                    if now > before { return "\(projection.name), \(name)-\(partition)" }
                }
            }
        }
        return nil
    }

    /// How many partitions of each topic either side knows.
    var knownCounts: [[Int]] {
        zip(home.counts, build.counts).map { pair in zip(pair.0, pair.1).map { max($0, $1) } }
    }
}
