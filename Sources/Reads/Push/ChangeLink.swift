import Bytes
import Projections
import Records
import Redis

/// The hub's connection, opened when it is needed and again after it was lost.
struct ChangeLink: ~Copyable {
    private let subjects: [ReadSubject]
    private var redis: RedisConnection?

    init(_ subjects: [ReadSubject]) { self.subjects = subjects }

    /// Looks at streams since positions, together.
    mutating func look(_ places: [(subject: Int, since: StreamPosition?)]) throws(RedisError) -> [ChangePoll.Finding?] {
        let polls = places.map { place in
            ChangePoll(
                subject: place.subject, database: subjects[place.subject].database,
                keys: KeySpace(projection: subjects[place.subject].plan.name), since: place.since)
        }
        guard let first = subjects.first else { return [] }
        var commands = CommandBuffer()
        for poll in polls { poll.append(to: &commands) }
        var connection: RedisConnection
        if let known = redis.take(), known.isOpen {
            connection = known
        } else {
            connection = try RedisConnection.open(first.redis)
        }
        var replies = try connection.roundTrip(commands)[...]
        var findings: [ChangePoll.Finding?] = []
        for poll in polls { findings.append(try poll.take(&replies)) }
        redis = consume connection
        return findings
    }
}
