import Logging
import System

/// A token in a file; a changed file counts from the next second on. Without the file nobody is let in.
struct TokenFile: Sendable {
    private let file: WatchedFile<Token>

    /// Reads the file; `name` is what the configuration calls it. Throws if it cannot be read or holds no token.
    init(_ path: String, name: String, log: Log) throws(GatewayError) {
        file = try WatchedFile(
            path,
            .init(
                change: "the gateway's token was read again",
                fault: "nobody can use this token until that is repaired"),
            log: log
        ) { file throws(GatewayError) in try Self.read(file, name) }
    }

    func matches(_ candidate: some Collection<UInt8>, now: Int64 = Clock.milliseconds()) -> Bool {
        file.content(now: now)?.matches(candidate) ?? false
    }

    /// Whether both let in the same: then who may read could change things too.
    func isSame(as other: TokenFile) -> Bool {
        guard let own = file.content(), let others = other.file.content() else { return false }
        return own.isSame(as: others)
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
