import Configuration
import Gateway
import Lantern
import Projections
import Records
import Redis

/// Rows over HTTP: the views that there are, and one row by its exact key. No pattern reaches Redis.
struct RowDesk: Sendable {
    private struct View: Encodable {
        let projection: String
        let view: String
        let kind: String
        /// As the file has it, with its placeholders.
        let key: String
        /// How many values a key is made of.
        let values: Int
    }

    private struct Views: Encodable { let views: [View] }

    /// So many members of a set or a leaderboard.
    private static let members = 20

    /// The configuration file; read anew for each request, as the command line does.
    let path: String

    var routes: [Route] {
        [
            .slow(.get, "/views", .read) { _ in JSONAnswer.of { try views() } },
            .slow(.get, "/row", .read) { request in JSONAnswer.of { try row(request) } },
        ]
    }

    private func views() throws -> Views {
        let plans = try ConfigurationFile.read(path).projections
        return Views(
            views: plans.flatMap { plan in
                plan.views.map {
                    View(
                        projection: plan.name, view: $0.name, kind: $0.kind.word, key: $0.key.shown(in: plan),
                        values: KeyPattern($0).valueCount)
                }
            })
    }

    private func row(_ request: HTTPRequest) throws -> Row {
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
        var redis = try RedisConnection.open(
            RedisOptions(configuration, clientName: "lantern-gateway", of: plan.name))
        for candidate in candidates {
            if let row = try Row(candidate, kind: view.kind, limit: Self.members, &redis) { return row }
        }
        throw JSONAnswer.Mistake(
            status: 404, message: "there is no row \(words.joined(separator: " ")) in view \(view.name)")
    }
}
