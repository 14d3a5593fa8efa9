import Observing
import Synchronization

/// The status as JSON, made at most twice a second however many ask for it.
final class StatusDocument: Sendable {
    private static let lifetime: Int64 = 500

    private let keeper: StatusKeeper
    private let last = Mutex<(madeAt: Int64, response: HTTPResponse)?>(nil)

    init(_ keeper: StatusKeeper) { self.keeper = keeper }

    func response(now: Int64) -> HTTPResponse {
        last.withLock { last in
            if let last, now - last.madeAt < Self.lifetime { return last.response }
            var response = HTTPResponse.json(200, keeper.status.json())
            response.entityTag = EntityTag.of(response.body)
            last = (now, response)
            return response
        }
    }
}
