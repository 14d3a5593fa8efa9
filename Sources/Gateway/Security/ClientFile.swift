import Logging
import System

/// The tokens of clients in a file, one on each line: `TOKEN SUBJECT ROLE,ROLE`. A changed file counts from the next second
/// on; without it, or with a line that cannot be read, no client is let in.
struct ClientFile: Sendable {
    private struct Entry {
        var token: Token
        var client: Client
    }

    /// By a hash that only this process can compute, so that how long a look takes says nothing of a token.
    private typealias Entries = [Int: [Entry]]

    private static let longest = 1 << 20

    private let file: WatchedFile<Entries>

    /// Reads the file; throws if it cannot be read or has a line that is none of a client's.
    init(_ path: String, log: Log) throws(GatewayError) {
        file = try WatchedFile(
            path,
            .init(change: "the tokens of clients were read again", fault: "no client can read until that is repaired"),
            log: log, read: Self.read)
    }

    /// The client whose token it is.
    func client(_ candidate: some Collection<UInt8>, now: Int64 = Clock.milliseconds()) -> Client? {
        let bytes = Array(candidate)
        return file.content(now: now)?[bytes.hashValue]?.first { $0.token.matches(bytes) }?.client
    }

    private static func read(_ file: SmallFile) throws(GatewayError) -> Entries {
        let content: [UInt8]
        do throws(SystemError) {
            content = try file.read(largest: longest)
        } catch {
            throw GatewayError("`clients-file` names \(file.path), which cannot be read (\(error)).")
        }
        var entries: Entries = [:]
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
