import Logging
import Synchronization
import System

/// The tokens of clients in a file, one on each line: `TOKEN SUBJECT ROLE,ROLE`. A changed file counts from the next second
/// on; without it, or with a line that cannot be read, no client is let in.
final class ClientFile: Sendable {
    private struct Entry {
        var token: Token
        var client: Client
    }

    private struct State {
        /// By a hash that only this process can compute, so that how long a look takes says nothing of a token.
        var entries: [Int: [Entry]] = [:]
        var signature: SmallFile.Signature?
        var nextLook: Int64 = 0
    }

    private static let longest = 1 << 20

    private let file: SmallFile
    private let log: Log
    private let state: Mutex<State>

    /// Reads the file; throws if it cannot be read or has a line that is none of a client's.
    init(_ path: String, log: Log) throws(GatewayError) {
        file = SmallFile(path)
        self.log = log
        let signature = file.signature
        state = Mutex(State(entries: try Self.read(file), signature: signature))
    }

    /// The client whose token it is.
    func client(_ candidate: some Collection<UInt8>, now: Int64 = Clock.milliseconds()) -> Client? {
        let bytes = Array(candidate)
        return state.withLock { state in
            look(&state, now)
            return state.entries[bytes.hashValue]?.first { $0.token.matches(bytes) }?.client
        }
    }

    private func look(_ state: inout State, _ now: Int64) {
        guard now >= state.nextLook else { return }
        state.nextLook = now + 1_000
        let signature = file.signature
        guard signature != state.signature else { return }
        state.signature = signature
        do throws(GatewayError) {
            state.entries = try Self.read(file)
            log.notice("the tokens of clients were read again", ["file": .text(file.path)])
        } catch {
            state.entries = [:]
            log.error("no client can read until that is repaired: \(error.message)")
        }
    }

    private static func read(_ file: SmallFile) throws(GatewayError) -> [Int: [Entry]] {
        let content: [UInt8]
        do throws(SystemError) {
            content = try file.read(largest: longest)
        } catch {
            throw GatewayError("`clients-file` names \(file.path), which cannot be read (\(error)).")
        }
        var entries: [Int: [Entry]] = [:]
        for (number, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.split { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
            guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
            // Nothing of the line is repeated: it holds a secret.
            guard words.count == 3, let token = Token(Array(first)), let subject = text(words[1]),
                let roles = text(words[2])
            else {
                throw GatewayError(
                    "\(file.path):\(number + 1) (`clients-file`) is not a client: a line is TOKEN SUBJECT ROLE,ROLE, the token of \(Token.shortest) to \(Token.longest) visible ASCII characters, or begins with `#`."
                )
            }
            let client = Client(subject: subject, roles: Set(roles.split(separator: ",").map(String.init)))
            entries[Array(first).hashValue, default: []].append(Entry(token: token, client: client))
        }
        return entries
    }

    private static func text(_ word: ArraySlice<UInt8>) -> String? {
        String(validating: word, as: UTF8.self)
    }
}
