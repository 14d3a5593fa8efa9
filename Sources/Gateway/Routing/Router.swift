import Logging

/// From a request to its response: which path, who may ask, and how it is answered.
struct Router: Sendable {
    enum Admission: Sendable {
        case refused(HTTPResponse)
        /// The request is the head with the client who asks.
        case admitted(HTTPRequest, Route)
    }

    let routes: [Route]
    let guards: AccessGuards
    let counts: RequestCounts
    private let log: Log

    init(_ routes: [Route], _ guards: AccessGuards, _ counts: RequestCounts = RequestCounts(), log: Log = .none) {
        self.routes = routes
        self.guards = guards
        self.counts = counts
        self.log = log
    }

    /// Judges the head, before a byte of the body is read.
    func admit(_ head: HTTPRequest, bodyLimit: Int) -> Admission {
        let matching = routes.filter { $0.isFor(head.path) }
        let path = matching.first?.path ?? "other"
        func refuse(_ response: HTTPResponse) -> Admission {
            counts.add(path, response.status)
            return .refused(refusal(response, of: head))
        }
        if head.hasAmbiguousHeader { return refuse(.text(400, "a header that may occur only once occurs twice")) }
        guard !matching.isEmpty else { return refuse(.text(404, "there is nothing at this path")) }
        guard let route = matching.first(where: { $0.takes(head.method) }) else {
            let allowed = matching.map(\.allowed).joined(separator: ", ")
            return refuse(.text(405, "this path takes \(allowed)").adding("Allow", allowed))
        }
        var head = head
        if route.access == .rows { head.client = guards.client(of: head) }
        if let refusal = guards.refusal(of: head, to: route.access) { return refuse(refusal) }
        guard let length = head.announcedLength else {
            return refuse(.text(411, "the body's length must be announced with Content-Length"))
        }
        if length > (route.method == .post ? bodyLimit : 0) {
            return refuse(
                .text(413, "the body has \(length) bytes; \(route.method == .post ? bodyLimit : 0) are taken"))
        }
        return .admitted(head, route)
    }

    /// The head leaves the answer's too little room.
    func tooLarge(_ head: HTTPRequest, _ limit: Int) -> HTTPResponse {
        counts.add("other", 431)
        return refusal(HTTPResponse.text(431, "the head is longer than \(limit) bytes"), of: head)
    }

    /// Those who read rows get problem details.
    private func refusal(_ response: HTTPResponse, of head: HTTPRequest) -> HTTPResponse {
        head.path == ReadRoutes.root || head.path.hasPrefix(ReadRoutes.root + "/") ? Problem.blank(response) : response
    }

    /// The response to a request that was admitted and is whole, when what its route says is there.
    func finish(_ made: HTTPResponse, to request: HTTPRequest, _ route: Route) -> HTTPResponse {
        let response = made.matched(against: request)
        counts.add(route.path, response.status)
        if route.method == .post {
            log.notice("gateway action", ["path": .text(route.path), "code": .count(response.status)])
        }
        return response
    }

    /// Too much is being answered already.
    func busy(_ route: Route) -> HTTPResponse {
        counts.add(route.path, 503)
        return HTTPResponse.text(503, "too many requests are being answered: try again").adding("Retry-After", "1")
    }
}
