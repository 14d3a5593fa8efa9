/// One of the paths that the gateway answers: the set is closed when it starts.
public struct Route: Sendable {
    public enum Method: String, Sendable {
        /// HEAD is answered too.
        case get = "GET"
        case post = "POST"
    }

    public typealias Answering = @Sendable (HTTPRequest) -> HTTPResponse
    /// Calls its second argument once, sooner or later, on any thread.
    public typealias Beginning = @Sendable (HTTPRequest, @escaping @Sendable (HTTPResponse) -> Void) -> Void

    /// How an answer comes about.
    enum Manner: Sendable {
        /// It is at hand: it is made on the server's own thread, and must never wait for anything.
        case quick(Answering)
        /// On a thread of the pool.
        case slow(Answering)
        /// It comes by itself, and nothing is held for it but the connection.
        case awaited(Beginning)
    }

    public let method: Method
    public let path: String
    public let access: Access
    /// Whether longer paths, from a `/` on, are the route's as well.
    let isPrefix: Bool
    let manner: Manner

    private init(_ method: Method, _ path: String, _ access: Access, isPrefix: Bool = false, _ manner: Manner) {
        self.method = method
        self.path = path
        self.access = access
        self.isPrefix = isPrefix
        self.manner = manner
    }

    /// Answers from memory.
    public static func quick(
        _ method: Method, _ path: String, _ access: Access, answer: @escaping Answering
    ) -> Route {
        Route(method, path, access, .quick(answer))
    }

    /// May take its time, as a question to Redis does; only a few are answered at once.
    public static func slow(
        _ method: Method, _ path: String, _ access: Access, answer: @escaping Answering
    ) -> Route {
        Route(method, path, access, .slow(answer))
    }

    /// Answers all paths that begin with `path/`, when the answer is there.
    public static func awaited(
        _ method: Method, below path: String, _ access: Access, begin: @escaping Beginning
    ) -> Route {
        Route(method, path, access, isPrefix: true, .awaited(begin))
    }

    func isFor(_ path: String) -> Bool {
        path == self.path || isPrefix && path.hasPrefix(self.path) && path.dropFirst(self.path.count).first == "/"
    }

    var allowed: String { method == .get ? "GET, HEAD" : "POST" }

    func takes(_ method: String) -> Bool { method == self.method.rawValue || self.method == .get && method == "HEAD" }
}
