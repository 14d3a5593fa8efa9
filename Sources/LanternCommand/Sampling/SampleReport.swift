import Bytes
import Formats
import Projections

/// How the projections of a file handle a sample: which rules take its events, and which events none can take.
struct SampleReport: Encodable {
    struct Rule: Encodable {
        let view: String
        /// The name in `events:`.
        let event: String
        /// Its place in that name's list, from 1.
        let rule: Int
        /// Its conditions; nil without.
        let when: String?
        var matched = 0
    }

    struct BadEvent: Encodable {
        let line: Int
        let topic: String
        let key: String?
        let view: String?
        let reason: String
        /// Whether nothing is wrong with it but that an earlier event of its key is parked.
        var isBehind: Bool { reason == Self.behind }

        static let behind = "an earlier event of this key is parked"
    }

    struct Projection: Encodable {
        let name: String
        /// Events of its topics.
        var events = 0
        var rules: [Rule]
        /// What would be parked, or what `on-error` says.
        var bad: [BadEvent] = []
        /// Types that no view has a rule for, and how many events have them.
        var unknownTypes: [ExactText: Int] = [:]

        /// What no event of the sample was taken by.
        var unmatched: [Rule] { rules.filter { $0.matched == 0 } }
    }

    let file: String
    let events: Int
    private(set) var projections: [Projection] = []

    var hasBadEvents: Bool { projections.contains { !$0.bad.isEmpty } }

    /// Projects every event of `sample`, whose events have their topics, without Kafka and Redis.
    init(_ sample: SampleFile, _ plans: [ProjectionPlan], limits: Limits) {
        file = sample.name
        events = sample.events.count
        for plan in plans {
            var run = SampleRun(plan, limits: limits)
            for event in sample.events { run.take(event) }
            projections.append(run.result)
        }
    }
}
