import Configuration
import Gateway
import Lantern
import Projections
import Records
import Redis
import Synchronization
import System
import Worker

/// Rows over HTTP: one row by its exact key, and the events that made it. No pattern reaches Redis.
final class RowDesk: Sendable {
    /// So many members of a set or a leaderboard.
    private static let members = 20

    private struct Explanation: Encodable {
        /// The last ones, in the order of their times.
        let events: [TouchedRow]
        /// How many there were.
        let total: Int
    }

    /// So many of a row's events are shown.
    private static let events = 100
    /// A log that takes longer is one for the command line.
    private static let patienceMilliseconds = 20_000

    /// One log is folded at a time, whoever asks.
    private let isExplaining = Mutex(false)

    /// The configuration file; read anew for each request, as the command line does.
    let path: String

    init(path: String) { self.path = path }

    var routes: [Route] {
        [
            .slow(.get, "/explain", .read) { request in JSONAnswer.of { try self.explain(request) } },
            .slow(.get, "/row", .read) { request in JSONAnswer.of { try self.row(request) } },
        ]
    }

    /// What `lantern explain` shows: the topics are read up to the live checkpoints and folded aside.
    private func explain(_ request: HTTPRequest) throws -> Explanation {
        let asked = try subject(request)
        guard
            isExplaining.withLock({ isBusy in
                defer { isBusy = true }
                return !isBusy
            })
        else {
            throw JSONAnswer.Mistake(status: 503, message: "another row is being explained: ask again in a moment")
        }
        defer { isExplaining.withLock { $0 = false } }
        var redis = try connect(asked)
        var history = RowHistory(
            asked.plan, asked.view, asked.keys[0], limits: asked.configuration.limits,
            schemas: asked.configuration.schemasAtOnce(asked.plan))
        let deadline = Deadline(milliseconds: Self.patienceMilliseconds)
        let properties = asked.configuration.kafka.map { ($0.name, $0.value) }
        let group = asked.configuration.readingGroup("explain")
        do {
            let events = try history.read(properties, group: group, &redis) { deadline.hasPassed }
            return Explanation(events: Array(events.suffix(Self.events)), total: events.count)
        } catch let error as WorkerError where deadline.hasPassed {
            throw JSONAnswer.Mistake(
                status: 503,
                message:
                    "the log cannot be folded within \(Self.patienceMilliseconds / 1_000) s: use `lantern explain` (\(error.message))"
            )
        }
    }

    private typealias Subject = (
        configuration: Configuration, plan: ProjectionPlan, view: ViewPlan, keys: [[UInt8]], words: [String]
    )

    /// The row that is asked for; never without a key.
    private func subject(_ request: HTTPRequest) throws -> Subject {
        let configuration = try ConfigurationFile.read(path)
        guard let plan = configuration.projections.first(where: { $0.name == request.parameter("projection") }),
            let view = plan.views.first(where: { $0.name == request.parameter("view") })
        else { throw JSONAnswer.Mistake(status: 404, message: "there is no such view in \(path)") }
        let words = request.query.filter { $0.name == "key" }.map(\.value)
        let candidates = RowKey.candidates(words, of: view)
        guard !candidates.isEmpty else {
            throw JSONAnswer.Mistake(
                status: 400,
                message: "the keys of view \(view.name) are \(view.key.shown(in: plan)): `key` does not fit")
        }
        return (configuration, plan, view, candidates, words)
    }

    private func connect(_ subject: Subject) throws -> RedisConnection {
        try RedisConnection.open(
            RedisOptions(subject.configuration, clientName: "lantern-gateway", of: subject.plan.name))
    }

    private func row(_ request: HTTPRequest) throws -> Row {
        let asked = try subject(request)
        var redis = try connect(asked)
        for candidate in asked.keys {
            if let row = try Row(candidate, kind: asked.view.kind, limit: Self.members, &redis) { return row }
        }
        throw JSONAnswer.Mistake(
            status: 404, message: "there is no row \(asked.words.joined(separator: " ")) in view \(asked.view.name)")
    }
}
