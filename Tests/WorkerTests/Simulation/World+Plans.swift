import Configuration
import Projections

extension World {
    static let parking = plan(onError: "park")

    /// The same, and each transaction names its rows.
    static let announcing = plan(onError: "park", more: "changes: true")

    /// One hash whose fields show each loss, each double and each exchange.
    static func plan(onError: String, more: String = "changes: false") -> ProjectionPlan {
        plan(
            topics: "[t]", onError: onError,
            rule: "{ set: { last: \"{@offset}\" }, increment: { count: 1, sum: $.n } }", more: more)
    }

    /// A compacted topic, whose newest state is the row.
    static let compacted = plan(topics: "{ t: { compacted: true } }", onError: "park", rule: "{ set: all }")

    /// A leaderboard: its scores are doubles in Redis.
    static let board = plan(
        topics: "[t]", onError: "park", rule: "{ increment: $.n }",
        view: "sorted-set: \"board:{@partition}\"\n        member: \"{@key}\"")

    private static func plan(
        topics: String, onError: String, rule: String, view: String = "hash: \"row:{@partition}:{@key}\"",
        more: String = "changes: false"
    ) -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              p:
                version: 1
                topics: \(topics)
                on-error: \(onError)
                \(more)
                views:
                  v:
                    \(view)
                    events:
                      "*": \(rule)
            """
        do {
            let configuration = try Configuration.parse(text: text, file: "f", environment: [:])
            return configuration.projections[0]
        } catch {
            preconditionFailure("the simulation's own plan is wrong: \(error)")
        }
    }
}
