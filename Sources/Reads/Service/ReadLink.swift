import Bytes
import Redis

/// A reader's way to Redis and back.
struct ReadLink: ~Copyable {
    private var connection: ReadConnection

    init(_ servers: ReadServers) { connection = ReadConnection(servers) }

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
                var replies = try connection.exchange(commands)[...]
                for (index, count) in zip(open, counts) {
                    if case .done(let result) = rounds[index].take(replies.prefix(count)) {
                        results[index] = result
                        // One that failed has seen a part of them only.
                        if case .success = result { layouts.merge(rounds[index].layouts) { $1 } }
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
}
