import Observing
import Synchronization

/// The status as JSON, made at most twice a second however many ask for it, and whenever Redis goes away or comes back.
final class StatusDocument: Sendable {
    private static let lifetime: Int64 = 500

    private let keeper: StatusKeeper
    private let last = Mutex<(madeAt: Int64, isUp: Bool, response: HTTPResponse)?>(nil)

    init(_ keeper: StatusKeeper) { self.keeper = keeper }

    func response(now: Int64) -> HTTPResponse {
        let status = keeper.status
        return last.withLock { last in
            if let last, now - last.madeAt < Self.lifetime, last.isUp == status.redis.isUp { return last.response }
            var response = HTTPResponse.json(200, status.json(isBrief: true))
            response.entityTag = EntityTag.of(response.body)
            last = (now, status.redis.isUp, response)
            return response
        }
    }
}
