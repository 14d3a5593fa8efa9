public import Observing
import System

/// The paths whose answers are what is observed: probes, metrics, status.
public enum ObservedRoutes {
    /// All of them; none waits for Redis or Kafka, since the keeper has what it read last.
    public static func all(_ keeper: StatusKeeper, _ counts: RequestCounts) -> [Route] {
        let status = StatusDocument(keeper)
        return [
            .quick(.get, "/livez", .open) { _ in
                probe(Health.live(keeper.figures, now: Clock.wallMilliseconds()))
            },
            .quick(.get, "/readyz", .open) { _ in probe(Health.ready(keeper.figures)) },
            .quick(.get, "/health", .open) { _ in
                probe(
                    keeper.status.verdict.map { Health.health($0) } ?? Health.Answer(503, "unknown: not judged yet\n"))
            },
            .quick(.get, "/metrics", .open) { _ in
                let http = counts.all.map { HTTPCount(path: $0.key.path, code: $0.key.code, count: Int64($0.count)) }
                let text = MetricsText.text(keeper.status, keeper.figures, http: http)
                return HTTPResponse(200, "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
            },
            .quick(.get, "/status", .read) { _ in status.response(now: Clock.milliseconds()) },
        ]
    }

    private static func probe(_ answer: Health.Answer) -> HTTPResponse {
        HTTPResponse(answer.status, "text/plain; charset=utf-8", Array(answer.text.utf8))
    }
}
