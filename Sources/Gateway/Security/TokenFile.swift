import Logging
import Synchronization
import System

/// A token in a file; a changed file counts from the next second on. Without the file nobody is let in.
final class TokenFile: Sendable {
    private struct State {
        var token: Token?
        var signature: SmallFile.Signature?
        var nextLook: Int64 = 0
    }

    private let file: SmallFile
    private let name: String
    private let log: Log
    private let state: Mutex<State>

    /// Reads the file; `name` is what the configuration calls it. Throws if it cannot be read or holds no token.
    init(_ path: String, name: String, log: Log) throws(GatewayError) {
        file = SmallFile(path)
        self.name = name
        self.log = log
        let signature = file.signature
        state = Mutex(State(token: try Self.read(file, name), signature: signature))
    }

    func matches(_ candidate: some Collection<UInt8>, now: Int64 = Clock.milliseconds()) -> Bool {
        state.withLock { state in
            look(&state, now)
            return state.token?.matches(candidate) ?? false
        }
    }

    /// Whether both let in the same: then who may read could change things too.
    func isSame(as other: TokenFile) -> Bool {
        guard let own = state.withLock({ $0.token }), let others = other.state.withLock({ $0.token }) else {
            return false
        }
        return own.isSame(as: others)
    }

    private func look(_ state: inout State, _ now: Int64) {
        guard now >= state.nextLook else { return }
        state.nextLook = now + 1_000
        let signature = file.signature
        guard signature != state.signature else { return }
        state.signature = signature
        do throws(GatewayError) {
            state.token = try Self.read(file, name)
            log.notice("the gateway's token was read again", ["file": .text(file.path)])
        } catch {
            state.token = nil
            log.error("this token is refused until that is repaired: \(error.message)")
        }
    }

    private static func read(_ file: SmallFile, _ name: String) throws(GatewayError) -> Token {
        let content: [UInt8]
        do throws(SystemError) {
            content = try file.read(largest: Token.longest + 2)
        } catch {
            throw GatewayError(
                "`\(name)` names \(file.path), which cannot be read (\(error)). Make it with `openssl rand -hex 24 > \(file.path)`."
            )
        }
        guard let token = Token(content) else {
            throw GatewayError(
                "\(file.path) (`\(name)`) must hold one token of \(Token.shortest) to \(Token.longest) visible ASCII characters. Make it with `openssl rand -hex 24 > \(file.path)`."
            )
        }
        return token
    }
}
