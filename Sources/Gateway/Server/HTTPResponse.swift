/// What a client is sent.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
    /// Further headers.
    public var headers: [HTTPRequest.Field] = []
    /// Names this content; a client that has it already is sent 304.
    public var entityTag: String?
    /// What the body goes on with; nil: `body` is all of it.
    public var stream: EventStream?

    public init(_ status: Int, _ contentType: String, _ body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status, "text/plain; charset=utf-8", Array((text + "\n").utf8))
    }

    public static func json(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status, "application/json", body)
    }

    /// Server-sent events, whose body goes on until one side ends it.
    static func events(_ stream: EventStream) -> HTTPResponse {
        var response = HTTPResponse(200, "text/event-stream", [])
        response.stream = stream
        // A proxy that kept events back would make them late.
        return response.adding("X-Accel-Buffering", "no")
    }

    func adding(_ name: String, _ value: String) -> HTTPResponse {
        var response = self
        response.headers.append(.init(name, value))
        return response
    }

    /// What every response says besides: no other site may frame, read, sniff or remember it.
    static let protection: [HTTPRequest.Field] = [
        .init(
            "Content-Security-Policy",
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"),
        .init("X-Content-Type-Options", "nosniff"),
        .init("Referrer-Policy", "no-referrer"),
        .init("Cross-Origin-Resource-Policy", "same-origin"),
        .init("Cross-Origin-Opener-Policy", "same-origin"),
        .init("X-Frame-Options", "DENY"),
    ]

    /// This response, or 304 if the client has its content already.
    func matched(against request: HTTPRequest) -> HTTPResponse {
        guard let entityTag, status == 200 else { return self }
        let known = request.headers.filter { $0.name == "if-none-match" }.flatMap { $0.value.split(separator: ",") }
        let isKnown = known.contains { part in
            let tag = part.trimmingBlanks
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
        guard isKnown else { return self }
        var response = self
        response.status = 304
        response.body = []
        return response
    }
}

extension Substring {
    /// Without the blanks around it.
    var trimmingBlanks: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
