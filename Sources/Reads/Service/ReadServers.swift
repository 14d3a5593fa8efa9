import Redis
import Synchronization

/// Which server all connections of readers lead to: the master, or one replica at a time, another one only where that does not
/// answer. What one connection saw another one must not be behind: of two replicas either may be.
final class ReadServers: Sendable {
    private struct State {
        /// The replica that is read from.
        var chosen: RedisOptions?
        /// Counts the choices.
        var turn = 0
    }

    /// A connection, and by which choice.
    struct Opened: ~Copyable {
        var redis: RedisConnection
        let turn: Int
    }

    private let options: [RedisOptions]
    private let state = Mutex(State())

    /// `replicas` are those to read from, in order, one with sentinels meaning all that they know; nil: the master.
    init(master: RedisOptions?, replicas: [RedisOptions]?) {
        options = (replicas ?? master.map { [$0] } ?? []).map { options in
            var options = options
            // Shorter than a lane's: a reader is told rather than kept waiting.
            options.commandTimeoutMilliseconds = min(options.commandTimeoutMilliseconds, 1_500)
            options.connectTimeoutMilliseconds = min(options.connectTimeoutMilliseconds, 1_500)
            return options
        }
    }

    /// Whether only replicas are read.
    var isReplica: Bool { options.contains { $0.role == .replica } }

    /// A connection of another turn is not to be used any more.
    var turn: Int { state.withLock { $0.turn } }

    func open() throws(RedisError) -> Opened {
        guard isReplica else {
            guard let master = options.first else {
                throw RedisError(.invalidOptions, "There is no projection to read.")
            }
            return Opened(redis: try RedisConnection.open(master), turn: 0)
        }
        var faults: [String] = []
        var (chosen, turn) = state.withLock { ($0.chosen, $0.turn) }
        while let known = chosen {
            do throws(RedisError) {
                return Opened(redis: try RedisConnection.open(known), turn: turn)
            } catch {
                faults.append(error.message)
            }
            // Another connection may have found one meanwhile: all are to be at the same.
            let before = turn
            (chosen, turn) = state.withLock { ($0.chosen, $0.turn) }
            if turn == before { break }
        }
        for candidate in try candidates(&faults) where candidate.address != chosen?.address {
            do throws(RedisError) {
                let redis = try RedisConnection.open(candidate)
                let turn = state.withLock { state in
                    state.chosen = candidate
                    state.turn += 1
                    return state.turn
                }
                return Opened(redis: redis, turn: turn)
            } catch {
                faults.append(error.message)
            }
        }
        let words = faults.isEmpty ? "none is known" : faults.joined(separator: " ")
        throw RedisError(.unreachable, "No replica answers, and `read-from` allows no other server: \(words)")
    }

    private func candidates(_ faults: inout [String]) throws(RedisError) -> [RedisOptions] {
        var found: [RedisOptions] = []
        for each in options {
            do throws(RedisError) {
                found += try each.replicas()
            } catch {
                faults.append(error.message)
            }
        }
        return found
    }
}
