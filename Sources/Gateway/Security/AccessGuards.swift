import System

/// Who is let in where: names, origins and tokens.
struct AccessGuards: Sendable {
    var hosts: HostNames
    var readToken: TokenFile?
    var operateToken: TokenFile?
    var clients: ClientFile?

    /// Whether nobody needs a token to read: it listens on this machine only.
    private var isOpen: Bool { readToken == nil && operateToken == nil && clients == nil }

    /// The client who asks; nil: nobody, or someone who may read everything.
    func client(of head: HTTPRequest) -> Client? {
        guard let clients, let token = bearer(head) else { return nil }
        return clients.client(token)
    }

    /// nil if the request may have an answer.
    func refusal(of head: HTTPRequest, to access: Access) -> HTTPResponse? {
        if access == .open { return nil }
        guard hosts.contains(head.header("host")) else {
            return .text(
                421, "this gateway is not known under that name: add it to `gateway: { hosts: [NAME] }`")
        }
        switch access {
        case .open, .page: return nil
        case .read: return readRefusal(head)
        case .rows: return head.client == nil ? readRefusal(head) : nil
        case .operate: return originRefusal(head) ?? operateRefusal(head)
        }
    }

    private func readRefusal(_ head: HTTPRequest) -> HTTPResponse? {
        if isOpen { return nil }
        guard let token = bearer(head) else { return unauthorized("this needs a token") }
        if readToken?.matches(token) == true || operateToken?.matches(token) == true { return nil }
        return unauthorized("the token is not valid")
    }

    private func operateRefusal(_ head: HTTPRequest) -> HTTPResponse? {
        guard let operateToken else {
            return .text(
                403,
                "this gateway accepts no actions, because it has no operate token: set `gateway: { operate-token-file: FILE }`"
            )
        }
        guard let token = bearer(head) else { return unauthorized("this needs the operate token") }
        if operateToken.matches(token) {
            // The files were changed while this runs.
            guard readToken?.matches(token) == true else { return nil }
            return .text(403, "the read token is the operate token: whoever may read could act; make another one")
        }
        if readToken?.matches(token) == true { return .text(403, "the read token does not allow this") }
        return unauthorized("the token is not valid")
    }

    /// A page of another site may not have a browser act here. Programs send neither header.
    private func originRefusal(_ head: HTTPRequest) -> HTTPResponse? {
        let other = HTTPResponse.text(403, "a page of another site may not do this")
        let sites = head.headers.filter { $0.name == "sec-fetch-site" }
        if let site = sites.first { return site.value == "same-origin" ? nil : other }
        guard let origin = head.header("origin") else { return nil }
        guard let host = head.header("host") else { return other }
        return origin == "http://\(host)" || origin == "https://\(host)" ? nil : other
    }

    private func bearer(_ head: HTTPRequest) -> Substring.UTF8View? {
        guard let value = head.header("authorization"), value.count > 7, value.prefix(7).lowercased() == "bearer "
        else { return nil }
        return value.dropFirst(7).trimmingBlanks.utf8
    }

    private func unauthorized(_ words: String) -> HTTPResponse {
        HTTPResponse.text(401, "\(words): send it as `Authorization: Bearer TOKEN`")
            .adding("WWW-Authenticate", "Bearer realm=\"lantern\"")
    }
}
