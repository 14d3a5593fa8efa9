/// Requests that are read together. Those for one row each of the same projection are one transaction, so that the
/// projection's vector is read once for all of them: the more are waiting, the less each one costs.
struct ReadBatch {
    private struct Group {
        var request: ReadRequest
        var members: [Int]
    }

    private let requests: [ReadRequest]
    private var groups: [Group] = []

    init(_ requests: [ReadRequest]) {
        self.requests = requests
        var shared: [Int: Int] = [:]
        for (index, request) in requests.enumerated() {
            let subject = Self.projection(of: request)
            if let known = subject.flatMap({ shared[$0] }) {
                groups[known].members.append(index)
                groups[known].request.parts += request.parts
                groups[known].request.condition.after.places += request.condition.after.places
            } else {
                if let subject { shared[subject] = groups.count }
                groups.append(Group(request: request, members: [index]))
            }
        }
    }

    /// The projection of a request for one row; nil for all others, which are read by themselves.
    private static func projection(of request: ReadRequest) -> Int? {
        guard request.parts.count == 1, case .row = request.parts[0].question else { return nil }
        return request.parts[0].subject
    }

    /// What is to be read.
    var transactions: [ReadRequest] { groups.map(\.request) }

    /// What each request gets of the transactions' results; nil: Redis refused one of those that were read together, so that
    /// each is to be read by itself.
    func results(_ results: [Result<ReadAnswer, ReadFailure>]) -> [Result<ReadAnswer, ReadFailure>?] {
        var found: [Result<ReadAnswer, ReadFailure>?] = requests.map { _ in nil }
        for (group, result) in zip(groups, results) {
            guard group.members.count > 1 else {
                found[group.members[0]] = result
                continue
            }
            switch result {
            case .success(let answer):
                for (place, index) in group.members.enumerated() {
                    found[index] = .success(part(place, of: answer, for: requests[index]))
                }
            case .failure(.refused): continue
            case .failure(let failure): for index in group.members { found[index] = .failure(failure) }
            }
        }
        return found
    }

    private func part(_ place: Int, of answer: ReadAnswer, for request: ReadRequest) -> ReadAnswer {
        ReadAnswer(
            subjects: answer.subjects, vectors: answer.vectors, parts: [answer.parts[place]],
            degraded: [answer.degraded[place]],
            parked: answer.parked.isEmpty ? [] : answer.parked.intersection(request.condition.after.places))
    }
}
