public import Configuration
import Projections
public import Reads
import System

/// `/v1`: the views of the projections and the declared queries, each answer with the vector that it is exact for.
public struct ReadRoutes: Sendable {
    static let root = "/v1"
    static let views = root + "/views"
    static let queries = root + "/queries"
    /// The parameters of a request for a view.
    private static let names = QuestionReader.names.union(ConditionReader.names)

    private let service: ReadService
    private let hub: ChangeHub
    private let permissions: Permissions
    /// By projection and view.
    private let outputs: [String: RowOutput]
    private let declared: [Query]

    public init(_ service: ReadService, _ hub: ChangeHub, queries: [QueryPlan], permissions: Permissions) {
        self.service = service
        self.hub = hub
        self.permissions = permissions
        var outputs: [String: RowOutput] = [:]
        for subject in service.subjects {
            for view in subject.plan.views { outputs["\(subject.plan.name).\(view.name)"] = RowOutput(view) }
        }
        self.outputs = outputs
        declared = queries.compactMap { Query($0, service.subjects) }
    }

    public var routes: [Route] {
        [
            .awaited(.get, below: Self.views, .rows) { request, reply in
                do throws(Problem) {
                    try view(request, reply)
                } catch {
                    reply(error.response)
                }
            },
            .awaited(.get, below: Self.queries, .rows) { request, reply in
                do throws(Problem) {
                    try query(request, reply)
                } catch {
                    reply(error.response)
                }
            },
        ]
    }

    private func view(
        _ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void
    ) throws(Problem) {
        let (part, isStream) = try part(request)
        let subject = service.subjects[part.subject]
        guard let output = outputs["\(subject.plan.name).\(part.view.name)"] else {
            throw Problem(.view, "there is no view \(part.view.name)")
        }
        let condition = try ConditionReader(request: request, subjects: [subject]).condition()
        if isStream {
            return reply(
                try stream(ReadRequest([part], condition), request) { answer, json in
                    output.write(answer.parts[0], to: &json)
                })
        }
        try Self.check(condition, of: part)
        service.submit(ReadRequest([part], condition)) { outcome in
            reply(ReadResponse.of(outcome, [part]) { answer, json in output.write(answer.parts[0], to: &json) })
        }
    }

    /// Refuses what no answer to this question can keep.
    static func check(_ condition: FreshnessCondition, of part: ReadPart) throws(Problem) {
        if case .page = part.question, !condition.isEmpty {
            throw Problem(
                .request,
                "`scan` takes no condition: the rows change from page to page, and which are on a page is found before it is read. Ask for `keys`, or read one row with the condition before the first page"
            )
        }
        if condition.field != nil {
            guard case .row = part.question, part.view.kind.redisType == "hash" else {
                throw Problem(.request, "`where` needs one row of a view of kind hash")
            }
        }
    }

    /// Whoever asks for a stream is told of each change.
    private func stream(
        _ asked: ReadRequest, _ request: HTTPRequest,
        write: @escaping @Sendable (ReadAnswer, inout JSONOutput) -> Void
    ) throws(Problem) -> HTTPResponse {
        guard asked.condition.isEmpty else {
            throw Problem(.request, "a stream goes on to the newest rows by itself: it takes no condition")
        }
        for part in asked.parts {
            switch part.question {
            case .buckets, .page:
                throw Problem(
                    .request, "`last` and `scan` have no stream: what they read is not the same rows each time")
            default: continue
            }
        }
        return try RowStream.begin(asked, resume: request.header("last-event-id"), hub, write: write)
    }

    private func part(_ request: HTTPRequest) throws(Problem) -> (part: ReadPart, isStream: Bool) {
        let words = Self.words(request, below: Self.views)
        guard words.count >= 2 else {
            throw Problem(.view, "a view is asked for by \(Self.views)/PROJECTION/VIEW")
        }
        guard let index = service.subjects.firstIndex(where: { $0.plan.name == words[0] }) else {
            throw Problem(.view, "there is no projection \(words[0])")
        }
        let plan = service.subjects[index].plan
        guard let view = plan.views.first(where: { $0.name == words[1] }) else {
            throw Problem(.view, "projection \(plan.name) has no view \(words[1])")
        }
        try permissions.check(request.client, view: view.name, of: plan.name)
        try Self.checkNames(request, Self.names)
        var segments = Array(words.dropFirst(2))
        // One more than a key has: a row may be called stream as well.
        let isNamed = request.query.contains { ["key", "keys"].contains($0.name) }
        let isStream = segments.last == "stream" && segments.count > (isNamed ? 0 : KeyPattern(view).valueCount)
        if isStream { segments.removeLast() }
        let question = try QuestionReader(
            request: request, plan: plan, view: view, segments: segments, now: Clock.wallMilliseconds()
        ).question()
        return (ReadPart(name: view.name, subject: index, view: view, question: question), isStream)
    }

    private func query(
        _ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void
    ) throws(Problem) {
        var words = Self.words(request, below: Self.queries)
        let isStream = words.count == 2 && words.last == "stream"
        if isStream { words.removeLast() }
        guard words.count == 1, let query = declared.first(where: { $0.plan.name == words[0] }) else {
            throw Problem(.view, "there is no query \(words.joined(separator: "/"))")
        }
        try permissions.check(request.client, query: query.plan.name, roles: query.plan.roles)
        try Self.checkNames(request, ConditionReader.names.union(query.plan.parameters.map(\.name)))
        let condition = try ConditionReader(request: request, subjects: query.subjects).condition()
        if condition.field != nil { throw Problem(.request, "`where` needs one row: ask its view") }
        let parts = try query.parts(query.values(of: request), now: Clock.wallMilliseconds())
        if isStream {
            return reply(
                try stream(ReadRequest(parts, condition), request) { answer, json in query.write(answer, to: &json) })
        }
        service.submit(ReadRequest(parts, condition)) { outcome in
            reply(ReadResponse.of(outcome, parts, isQuery: true) { answer, json in query.write(answer, to: &json) })
        }
    }

    /// What follows a route's path, in pieces; a last `/` is no piece.
    private static func words(_ request: HTTPRequest, below path: String) -> [String] {
        var words = request.path.dropFirst(path.count).split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map(String.init)
        if words.last == "" { words.removeLast() }
        return words
    }

    /// A parameter that nobody knows was meant to say something.
    private static func checkNames(_ request: HTTPRequest, _ known: Set<String>) throws(Problem) {
        for field in request.query where !known.contains(field.name) {
            throw Problem(
                .request,
                "unknown parameter `\(field.name)`: the known ones are \(known.sorted().joined(separator: ", "))")
        }
    }
}
