/// An error as clients of the read API get it: problem details as JSON (RFC 9457).
struct Problem: Error, Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// The request cannot be understood.
        case request
        /// The client's roles do not allow it.
        case forbidden
        /// There is no such projection, view or query.
        case view
        /// There is no such row or member.
        case row
        /// The rows are not as fresh as was asked.
        case stale
        /// The event that was asked for waits parked.
        case parked
        /// Redis, or the projection's live generation, cannot be read now.
        case unavailable
        /// Too much is being asked already.
        case busy
        /// Redis refused to read it.
        case refused

        var status: Int {
            switch self {
            case .request: 400
            case .forbidden: 403
            case .view, .row: 404
            case .parked: 409
            case .refused: 502
            case .stale, .unavailable, .busy: 503
            }
        }

        var title: String {
            switch self {
            case .request: "This cannot be asked"
            case .forbidden: "This client may not read that"
            case .view: "There is no such view or query"
            case .row: "There is no such row"
            case .stale: "The rows are not as fresh as was asked"
            case .parked: "The event waits parked"
            case .unavailable: "The rows cannot be read now"
            case .busy: "Too many requests are being answered"
            case .refused: "Redis refused to read the rows"
            }
        }
    }

    var kind: Kind
    var detail: String
    /// Further members.
    var members: [(name: String, value: Value)] = []

    enum Value: Sendable {
        case text(String)
        case number(Int64)
    }

    init(_ kind: Kind, _ detail: String, members: [(name: String, value: Value)] = []) {
        self.kind = kind
        self.detail = detail
        self.members = members
    }

    /// What a client is sent.
    var response: HTTPResponse {
        let body = Self.body("urn:lantern:problem:\(kind.rawValue)", kind.title, kind.status, detail, members)
        let response = HTTPResponse(kind.status, Self.contentType, body)
        return kind.status == 503 ? response.adding("Retry-After", "1") : response
    }

    private static let contentType = "application/problem+json"

    private static func body(
        _ type: String, _ title: String, _ status: Int, _ detail: String, _ members: [(name: String, value: Value)] = []
    ) -> [UInt8] {
        var output = JSONOutput()
        output.object { output in
            output.name("type")
            output.string(type)
            output.name("title")
            output.string(title)
            output.name("status")
            output.number(Int64(status))
            output.name("detail")
            output.string(detail)
            for member in members {
                output.name(member.name)
                switch member.value {
                case .text(let text): output.string(text)
                case .number(let number): output.number(number)
                }
            }
        }
        return output.bytes
    }

    /// What HTTP itself says, for clients of the read API: it is no problem of its own (RFC 9457, section 4.2.1).
    static func blank(_ refusal: HTTPResponse) -> HTTPResponse {
        var response = refusal
        let words = String(decoding: refusal.body, as: UTF8.self).split(separator: "\n").joined(separator: " ")
        response.body = body("about:blank", titles[refusal.status] ?? "", refusal.status, words)
        response.contentType = contentType
        return response
    }

    private static let titles = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        411: "Length Required", 413: "Content Too Large", 421: "Misdirected Request",
        431: "Request Header Fields Too Large",
    ]
}
