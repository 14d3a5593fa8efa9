/// The rows of a question whenever they change. Each iteration has a connection of its own, for as long as it lasts; who is
/// slow gets the newest rows, and nothing piles up.
public struct ChangeSequence<Rows: Decodable & Sendable>: AsyncSequence, Sendable {
    private let client: LanternReader
    private let question: Question

    init(_ client: LanternReader, _ question: Question) {
        self.client = client
        self.question = question
    }

    public func makeAsyncIterator() -> Iterator { Iterator(Follower(client, question)) }

    public struct Iterator: AsyncIteratorProtocol {
        private let follower: Follower<Rows>

        init(_ follower: Follower<Rows>) { self.follower = follower }

        public mutating func next() async throws -> Change<Rows>? { try await follower.next() }
    }
}
