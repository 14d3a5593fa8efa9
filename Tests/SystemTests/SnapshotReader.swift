import Foundation
import Oracle
import Synchronization

/// A reader that polls rows of two views in one MULTI, and notes what it may never see: rows of two generations together, or
/// none.
final class SnapshotReader: Sendable {
    private struct State {
        var isStopped = false
        var hasEnded = false
        var looks = 0
        var changes = 0
        var violations: [String] = []
    }

    private let socketPath: String
    private let commands: [[[UInt8]]]
    private let allowed: [[RedisReader.Reply]]
    private let state = Mutex(State())

    /// `allowed`: all answers to these commands that one generation gives.
    init(_ socketPath: String, _ commands: [[String]], allowed: [[RedisReader.Reply]]) {
        self.socketPath = socketPath
        self.commands = commands.map { $0.map { Array($0.utf8) } }
        self.allowed = allowed
        Thread.detachNewThread { [self] in
            poll()
            state.withLock { $0.hasEnded = true }
        }
    }

    private func poll() {
        guard let reader = try? RedisReader(.unix(socketPath)) else {
            return state.withLock { $0.violations.append("cannot connect") }
        }
        let whole = [[Array("MULTI".utf8)]] + commands + [[Array("EXEC".utf8)]]
        var last: [RedisReader.Reply] = []
        while !state.withLock({ $0.isStopped }) {
            guard case .array(let found)? = try? reader.pipeline(whole).last else {
                return state.withLock { $0.violations.append("no answer") }
            }
            let isNews = found != last
            last = found
            state.withLock { state in
                state.looks += 1
                if isNews { state.changes += 1 }
                if !allowed.contains(found), state.violations.count < 10 { state.violations.append("\(found)") }
            }
        }
    }

    /// Ends it; how often it looked, how often what it saw changed, and what was wrong.
    func stop() -> (looks: Int, changes: Int, violations: [String]) {
        state.withLock { $0.isStopped = true }
        _ = eventually(within: 10) { state.withLock { $0.hasEnded } }
        return state.withLock { ($0.looks, $0.changes - 1, $0.violations) }
    }
}
