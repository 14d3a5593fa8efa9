public import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    public import FoundationNetworking
#endif

/// Rows from a gateway's read API: as fresh as asked, never older than what this client has seen, and pushed.
///
/// It remembers the vector of each projection that an answer came with, and asks for no less: whichever gateway or replica
/// answers next, a reader does not go back. What is written about conditions, problems and streams is in the article Reads.
public final class LanternReader: Sendable {
    /// The gateway's address, such as `https://lantern.example.com`.
    public let base: URL
    let session: URLSession
    private let token: @Sendable () -> String?
    private let seen = Mutex(SeenVectors())

    /// Reads from the gateway at `base`. `token` is asked for the client's token at each request; nil sends none.
    public init(
        _ base: URL, session: URLSession = .shared, token: @escaping @Sendable () -> String? = { nil }
    ) {
        self.base = base
        self.session = session
        self.token = token
    }

    /// The rows of a question, as fresh as the condition says.
    ///
    /// Throws ``ReadError`` for what the gateway says, `URLError` where it is not reached, and `DecodingError` where the rows
    /// are not `Rows`.
    public func read<Rows: Decodable & Sendable>(
        _ question: Question, as rows: Rows.Type = Rows.self, _ condition: Condition = Condition()
    ) async throws -> Answer<Rows> {
        var parameters = question.parameters + condition.parameters
        if question.takesConditions { parameters += seen.withLock { $0.parameters(for: question) } }
        var request = try self.request("/v1/\(question.path)", parameters)
        // The gateway's own end comes first.
        request.timeoutInterval += condition.waitSeconds
        let (data, response) = try await Transfer.data(request, session)
        let vector = AnswerVector(response)
        // Of an answer that is an error the vector was seen too, but no row of it.
        if response.statusCode == 404, Problem(response, data).name == "row" {
            note(vector, of: question)
            return Answer(nil, vector, response)
        }
        guard response.statusCode == 200 else { throw ReadError(response, data) }
        let found = try JSONDecoder().decode(Rows.self, from: data)
        note(vector, of: question)
        return Answer(found, vector, response)
    }

    /// The rows of a question now and whenever one of them changes, for as long as it is iterated. Connections that break are
    /// made again, from the last event on; what the request itself is refused for ends it with ``ReadError``.
    public func changes<Rows: Decodable & Sendable>(
        of question: Question, as rows: Rows.Type = Rows.self
    ) -> ChangeSequence<Rows> { ChangeSequence(self, question) }

    /// Forgets what was seen: the next answers may be older than those before, as after a generation was taken back.
    public func forget() { seen.withLock { $0 = SeenVectors() } }

    func note(_ vector: AnswerVector, of question: Question) { seen.withLock { $0.note(vector, of: question) } }

    func request(_ path: String, _ parameters: [Question.Parameter]) throws -> URLRequest {
        let query = parameters.map { "\($0.name)=\(Question.encoded($0.value))" }.joined(separator: "&")
        let end = base.absoluteString.hasSuffix("/") ? "" : "/"
        let text = base.absoluteString + end + path.dropFirst() + (query.isEmpty ? "" : "?\(query)")
        guard let url = URL(string: text) else { throw URLError(.badURL) }
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        if let token = token() { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        return request
    }
}
