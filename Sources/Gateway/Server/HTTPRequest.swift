/// What a client asks for, read and bounded: header names are in lower case, the path and the query are decoded.
public struct HTTPRequest: Sendable {
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    public var path: String
    public var query: [Field]
    public var headers: [Field]
    public var body: [UInt8]
    /// Who asks, if a client with a token of its own does.
    public var client: Client?

    public init(
        _ method: String, _ path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The value of a header that is there exactly once.
    public func header(_ name: String) -> String? {
        let found = headers.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// Whether a header that decides about access is there twice: then two readers could understand two things.
    var hasAmbiguousHeader: Bool {
        ["host", "origin", "sec-fetch-site", "authorization", "content-length"].contains { name in
            headers.count { $0.name == name } > 1
        }
    }

    /// The first value of that name in the query.
    public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// How many bytes the body has, as the head says; nil if it does not say it in a way that can be used.
    var announcedLength: Int? {
        // However often: one that nobody heeds would have the library wait for a body in pieces.
        if headers.contains(where: { $0.name == "transfer-encoding" }) { return nil }
        if !headers.contains(where: { $0.name == "content-length" }) { return 0 }
        guard let text = header("content-length") else { return nil }
        return text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
