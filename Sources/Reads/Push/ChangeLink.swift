import Bytes
import Projections
import Records
import Redis

/// The hub's connection, opened when it is needed and again after it was lost.
struct ChangeLink: ~Copyable {
    private let subjects: [ReadSubject]
    private var redis: RedisConnection?

    init(_ subjects: [ReadSubject]) { self.subjects = subjects }

    /// Looks at streams, together. One that Redis refuses to read fails alone; all fail where Redis cannot be reached.
    mutating func look(_ looks: [ChangeFeed.Look]) -> [ChangePoll.Outcome] {
        let polls = looks.map { look in
            ChangePoll(
                database: subjects[look.subject].database,
                keys: KeySpace(projection: subjects[look.subject].plan.name), since: look.since)
        }
        var commands = CommandBuffer()
        for poll in polls { poll.append(to: &commands) }
        do {
            var replies = try exchange(commands)[...]
            return polls.map { $0.take(&replies) }
        } catch {
            return polls.map { _ in .failed }
        }
    }

    private mutating func exchange(_ commands: borrowing CommandBuffer) throws(RedisError) -> [RedisValue] {
        var connection: RedisConnection
        if let known = redis.take(), known.isOpen {
            connection = known
        } else {
            connection = try RedisConnection.open(ReadLink.options(subjects))
        }
        let replies = try connection.roundTrip(commands)
        redis = consume connection
        return replies
    }
}
