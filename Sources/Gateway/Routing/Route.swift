/// One of the paths that the gateway answers: the set is closed when it starts.
public struct Route: Sendable {
    public enum Method: String, Sendable {
        /// HEAD is answered too.
        case get = "GET"
        case post = "POST"
    }

    public typealias Answering = @Sendable (HTTPRequest) -> HTTPResponse

    public let method: Method
    public let path: String
    public let access: Access
    /// Whether the answer is at hand: it is made on the server's own thread, and must never wait for anything.
    let isQuick: Bool
    let answer: Answering

    private init(
        _ method: Method, _ path: String, _ access: Access, isQuick: Bool, answer: @escaping Answering
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.isQuick = isQuick
        self.answer = answer
    }

    /// Answers from memory.
    public static func quick(
        _ method: Method, _ path: String, _ access: Access, answer: @escaping Answering
    ) -> Route {
        Route(method, path, access, isQuick: true, answer: answer)
    }

    /// May take its time, as a question to Redis does; only a few are answered at once.
    public static func slow(
        _ method: Method, _ path: String, _ access: Access, answer: @escaping Answering
    ) -> Route {
        Route(method, path, access, isQuick: false, answer: answer)
    }

    var allowed: String { method == .get ? "GET, HEAD" : "POST" }

    func takes(_ method: String) -> Bool { method == self.method.rawValue || self.method == .get && method == "HEAD" }
}
