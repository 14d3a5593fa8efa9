import Configuration
import Gateway
import Lantern
import Projections
import Records
import Redis
import Worker

/// Parked events over HTTP: the list, one of them, and what `lantern parked retry`, `skip` and `edit` do.
struct ParkedDesk: Sendable {
    private struct List: Encodable {
        let events: [ParkedEvent]
        /// Whether there are more than are listed.
        let more: Bool
    }

    private struct Request: Decodable {
        let projection: String
        let place: String?
        let key: String?
        let all: Bool?
        let value: String?
    }

    private struct Answers: Encodable { let answers: [ParkedRequests.Answer] }

    /// So many events are listed.
    private static let listed = 500

    /// The configuration file; read anew for each request, as the command line does.
    let path: String

    var routes: [Route] {
        [
            .slow(.get, "/parked", .read) { request in JSONAnswer.of { try list(request) } },
            .slow(.get, "/parked/event", .read) { request in JSONAnswer.of { try event(request) } },
            .slow(.post, "/actions/retry", .operate) { request in JSONAnswer.of { try retry(request) } },
            .slow(.post, "/actions/skip", .operate) { request in
                JSONAnswer.of { try decide(request, "skip") { _ in .skip } }
            },
            .slow(.post, "/actions/edit", .operate) { request in
                JSONAnswer.of {
                    try decide(request, "edit") { body in
                        guard let value = body.value else { throw Self.lacking("value") }
                        return .edit(Array(value.utf8))
                    }
                }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> List {
        try with(request.parameter("projection")) { plan, _, redis in
            let events = try ParkedReader(plan, &redis)?.events(limit: Self.listed + 1, &redis) ?? []
            return List(events: Array(events.prefix(Self.listed)), more: events.count > Self.listed)
        }
    }

    private func event(_ request: HTTPRequest) throws -> ShownEvent {
        let place = try Self.place(request.parameter("place"))
        return try with(request.parameter("projection")) { plan, limits, redis in
            guard let shown = try ShownEvent(plan, place, limits: limits, &redis) else {
                throw JSONAnswer.Mistake(status: 404, message: "no such event is parked")
            }
            return shown
        }
    }

    private func retry(_ request: HTTPRequest) throws -> Answers {
        let body = try JSONAnswer.decoded(Request.self, request)
        let selection: ParkedRetry.Selection
        switch (body.place, body.key, body.all ?? false) {
        case (let place?, nil, false): selection = .place(try Self.place(place))
        case (nil, let key?, false): selection = .key(key)
        case (nil, nil, true): selection = .all
        default:
            throw JSONAnswer.Mistake(status: 400, message: "exactly one of `place`, `key` and `all` is needed")
        }
        let words = body.place.map { [$0] } ?? body.key.map { ["--key", $0] } ?? ["--all"]
        return try with(body.projection) { plan, _, redis in
            let answers = try ParkedRetry(plan: plan, selection: selection).answers(&redis) ?? []
            return note(answers, "retry", plan, words, &redis)
        }
    }

    /// Leaves the line in the history that the command leaves.
    private func note(
        _ answers: [ParkedRequests.Answer], _ verb: String, _ plan: ProjectionPlan, _ words: [String],
        _ redis: inout RedisConnection
    ) -> Answers {
        guard !answers.isEmpty else { return Answers(answers: []) }
        CommandHistory.recorded(as: ["parked", verb, "--config", path, plan.name] + words) {
            CommandHistory.note(
                ParkedRequests.summary(answers, of: plan.name), code: ParkedRequests.code(answers), &redis)
        }
        return Answers(answers: answers)
    }

    private func decide(
        _ request: HTTPRequest, _ verb: String, _ action: (Request) throws -> RequestText.Action
    ) throws -> Answers {
        let body = try JSONAnswer.decoded(Request.self, request)
        let place = try Self.place(body.place)
        let action = try action(body)
        return try with(body.projection) { plan, _, redis in
            let answers = try ParkedRequests(plan: plan).ask(action, of: [place], &redis)
            return note(answers, verb, plan, [body.place ?? ""], &redis)
        }
    }

    private func with<Value>(
        _ projection: String?, _ body: (ProjectionPlan, Limits, inout RedisConnection) throws -> Value
    ) throws -> Value {
        guard let projection else { throw Self.lacking("projection") }
        let configuration = try ConfigurationFile.read(path)
        guard let plan = configuration.projections.first(where: { $0.name == projection }) else {
            throw JSONAnswer.Mistake(status: 404, message: "there is no projection \(projection) in \(path)")
        }
        var redis = try RedisConnection.open(
            RedisOptions(configuration, clientName: "lantern-gateway", of: plan.name))
        return try body(plan, configuration.limits, &redis)
    }

    private static func place(_ text: String?) throws -> ParkedPlace {
        guard let text else { throw lacking("place") }
        if let place = ParkedPlace(text) { return place }
        throw JSONAnswer.Mistake(status: 400, message: "`place` must be TOPIC:PARTITION:OFFSET, such as orders:3:1041")
    }

    private static func lacking(_ name: String) -> JSONAnswer.Mistake {
        JSONAnswer.Mistake(status: 400, message: "`\(name)` is missing")
    }
}
