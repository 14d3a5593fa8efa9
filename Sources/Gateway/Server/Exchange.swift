import Synchronization

/// One request on its way through the library's calls, from its head to the response.
final class Exchange: Sendable {
    enum Step: Sendable {
        case reading(HTTPRequest, Route)
        /// On the pool; the connection is suspended.
        case working
        case ready(HTTPResponse)
        case sent
    }

    private let step: Mutex<Step>

    init(_ step: Step) { self.step = Mutex(step) }

    var current: Step { step.withLock { $0 } }

    func move(to next: Step) { step.withLock { $0 = next } }

    /// Adds to the body; false if it has become longer than `limit`.
    func append(_ bytes: [UInt8], limit: Int) -> Bool {
        step.withLock { step in
            guard case .reading(var request, let route) = step else { return true }
            guard request.body.count + bytes.count <= limit else { return false }
            step = .sent
            request.body += bytes
            step = .reading(request, route)
            return true
        }
    }
}
