import Bytes
import Projections
import Records
import Redis

/// The hub's way to the streams of changes.
struct ChangeLink: ~Copyable {
    private let subjects: [ReadSubject]
    private var connection: ReadConnection

    init(_ subjects: [ReadSubject], _ servers: ReadServers) {
        self.subjects = subjects
        connection = ReadConnection(servers)
    }

    /// How often it was connected.
    var openings: Int { connection.openings }

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
            var replies = try connection.exchange(commands)[...]
            return polls.map { $0.take(&replies) }
        } catch {
            return polls.map { _ in .failed }
        }
    }
}
