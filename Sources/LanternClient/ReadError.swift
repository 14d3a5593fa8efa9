import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why there are no rows.
public enum ReadError: Error, Sendable, Equatable {
    /// 503: the rows did not become as fresh as asked while the gateway waited.
    case stale(Shortfall)
    /// 409: the event of ``Condition/after`` could not be projected and waits parked; the rows are without it however long one
    /// waits.
    case parked(event: String, Problem)
    /// 503: Redis is away, no replica answers, or too much is asked at a time. Ask again.
    case unavailable(Problem)
    /// What asking again does not change.
    case refused(Problem)

    /// How far rows are from what was asked.
    public struct Shortfall: Sendable, Equatable {
        public var problem: Problem
        /// `behind`, `generation`, `log`, `field` or `unread`.
        public var reason: String
        public var have: String
        public var want: String
        public var eventsBehind: Int64?
        public var millisecondsBehind: Int64?
    }

    init(_ response: HTTPURLResponse, _ data: Data) {
        let problem = Problem(response, data)
        let document = try? JSONDecoder().decode(ProblemDocument.self, from: data)
        switch (response.statusCode, problem.name) {
        case (503, "stale"):
            self = .stale(
                Shortfall(
                    problem: problem, reason: document?.reason ?? "", have: document?.have ?? "",
                    want: document?.want ?? "", eventsBehind: document?.eventsBehind,
                    millisecondsBehind: document?.millisecondsBehind))
        case (409, "parked"): self = .parked(event: document?.event ?? "", problem)
        case (429, _), (500..., _): self = problem.name == "refused" ? .refused(problem) : .unavailable(problem)
        default: self = .refused(problem)
        }
    }
}
