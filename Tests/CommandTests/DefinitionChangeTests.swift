import Configuration
import Projections
import Testing

@testable import LanternCommand

@Suite struct `What a file changes` {
    private func plan(version: Int = 1, time: String = "$.at", views: String) throws -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              p:
                version: \(version)
                topics: { t: { key: $.k } }
                time: \(time)
                views: { \(views) }
            """
        return try Configuration.parse(text: text, file: "f", environment: [:]).projections[0]
    }

    private let first = #"a: { hash: "a:{@key}", events: { "*": { set: { n: $.n } } } }"#
    private let second = #"b: { counter: "b", events: { "*": { increment: 1 } } }"#

    private func change(_ plan: ProjectionPlan, _ former: ProjectionPlan?) -> (Bool, [String]) {
        let change = DefinitionChange(
            plan, live: 1, liveFingerprint: former.map { fingerprint(of: $0) }, former: former)
        return (change.isChanged, change.views.map { "\($0.view) \($0.what.rawValue)" })
    }

    @Test func `each view is the same, changed, added or removed, wherever its paths stand`() throws {
        let live = try plan(views: "\(first), \(second)")
        #expect(change(live, live) == (false, ["a same", "b same"]))
        let third = #"c: { hash: "c:{@key}", events: { "*": { set: { m: $.other } } } }"#
        let other = try plan(views: "\(third), \(first.replacing("$.n", with: "$.m"))")
        #expect(change(other, live) == (true, ["a changed", "b removed", "c added"]))
        let more = try plan(views: "\(third), \(first), \(second)")
        #expect(change(more, live) == (true, ["a same", "b same", "c added"]))
    }

    @Test func `what all views share changes all of them, a version alone none`() throws {
        let live = try plan(views: "\(first), \(second)")
        #expect(change(try plan(version: 2, views: "\(first), \(second)"), live) == (true, ["a same", "b same"]))
        let later = try plan(time: "$.later", views: "\(first), \(second)")
        #expect(change(later, live) == (true, ["a changed", "b changed"]))
    }

    @Test func `without the live definition nothing is said of views`() throws {
        #expect(change(try plan(views: first), nil) == (true, []))
    }
}
