import Bytes
import Redis

/// One connection of a reader, opened when it is needed and again after it was lost.
struct ReadLink: ~Copyable {
    private let subjects: [ReadSubject]
    private var redis: RedisConnection?

    init(_ subjects: [ReadSubject]) { self.subjects = subjects }

    /// Carries requests to Redis and back, together; returns what became of each, and the partitions that there are.
    mutating func run(
        _ rounds: [ReadRound]
    ) -> (results: [Result<ReadAnswer, ReadFailure>], layouts: [Int: TopicLayout]) {
        var rounds = rounds
        var results: [Result<ReadAnswer, ReadFailure>?] = rounds.map { _ in nil }
        var layouts: [Int: TopicLayout] = [:]
        do {
            while true {
                let open = rounds.indices.filter { results[$0] == nil }
                if open.isEmpty { break }
                var commands = CommandBuffer()
                var counts: [Int] = []
                for index in open {
                    let before = commands.commandCount
                    rounds[index].append(to: &commands)
                    counts.append(commands.commandCount - before)
                }
                var replies = try exchange(commands)[...]
                for (index, count) in zip(open, counts) {
                    if case .done(let result) = rounds[index].take(replies.prefix(count)) {
                        results[index] = result
                        layouts.merge(rounds[index].layouts) { $1 }
                    }
                    replies = replies.dropFirst(count)
                }
            }
        } catch {
            let failure = ReadFailure.unavailable(error.message)
            return (results.map { $0 ?? .failure(failure) }, layouts)
        }
        return (results.map { $0 ?? .failure(.stopping) }, layouts)
    }

    /// Reading twice changes nothing, so that a connection that was lost in between costs no answer.
    private mutating func exchange(_ commands: borrowing CommandBuffer) throws(RedisError) -> [RedisValue] {
        if var known = redis.take(), known.isOpen {
            do {
                let replies = try known.roundTrip(commands)
                redis = consume known
                return replies
            } catch {
                // Who waited once as long as is allowed does not wait again.
                if error.kind == .timeout { throw error }
            }
        }
        var fresh = try RedisConnection.open(Self.options(subjects))
        let replies = try fresh.roundTrip(commands)
        redis = consume fresh
        return replies
    }

    /// Shorter than a lane's: a reader is told rather than kept waiting.
    static func options(_ subjects: [ReadSubject]) throws(RedisError) -> RedisOptions {
        guard var options = subjects.first?.redis else {
            throw RedisError(.invalidOptions, "There is no projection to read.")
        }
        options.commandTimeoutMilliseconds = min(options.commandTimeoutMilliseconds, 1_500)
        options.connectTimeoutMilliseconds = min(options.connectTimeoutMilliseconds, 1_500)
        return options
    }
}
