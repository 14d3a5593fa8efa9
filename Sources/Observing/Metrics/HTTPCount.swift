/// How many requests of one kind the gateway has answered.
public struct HTTPCount: Sendable, Equatable {
    /// One of a closed set, never what the client sent.
    public var path: String
    public var code: Int
    public var count: Int64

    public init(path: String, code: Int, count: Int64) {
        self.path = path
        self.code = code
        self.count = count
    }
}
