import Testing

@testable import Gateway

@Suite struct `The router` {
    private func answer(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8] = []
    ) throws -> HTTPResponse {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards())
        let fields = [("host", "localhost"), ("authorization", "Bearer \(Fixture.operateToken)")] + headers
        return Fixture.answer(
            HTTPRequest(
                method, path, headers: fields.map { HTTPRequest.Field($0.0, $0.1) }, body: body), router)
    }

    @Test func `names the methods that a path takes`() throws {
        #expect(try answer("POST", "/livez").headers == [.init("Allow", "GET, HEAD")])
        #expect(try answer("GET", "/actions/skip").headers == [.init("Allow", "POST")])
    }

    @Test(
        arguments: [
            ([("content-length", "100")], 200), ([("content-length", "101")], 413),
            ([("content-length", "99999999999999999999")], 411), ([("content-length", "-1")], 411),
            ([("content-length", "+1")], 411), ([("content-length", "1"), ("content-length", "2")], 400),
            ([("transfer-encoding", "chunked")], 411), ([], 200),
            ([("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")], 411),
        ] as [([(String, String)], Int)])
    func `takes a body of a length that was announced and is not too much`(headers: [(String, String)], code: Int)
        throws
    {
        #expect(try answer("POST", "/actions/skip", headers).status == code)
    }

    @Test func `takes no body where nothing is to be changed`() throws {
        #expect(try answer("GET", "/status", [("content-length", "1")]).status == 413)
        #expect(try answer("GET", "/status", [("content-length", "0")]).status == 200)
    }

    @Test(arguments: [
        ("\"a\"", 304), ("W/\"a\"", 304), ("\"b\", \"a\"", 304), ("*", 304), ("\"b\"", 200), ("a", 200), ("", 200),
    ])
    func `sends nothing again that the client has`(known: String, code: Int) throws {
        let response = try answer("GET", "/status", [("if-none-match", known)])
        #expect(response.status == code && response.entityTag == "\"a\"")
        #expect(response.body.isEmpty == (code == 304))
    }

    /// What HTTP itself says, as problem details: their type is `about:blank`, and their title the status's phrase (RFC 9457).
    @Test(
        arguments: [
            ("GET", "/v1", [], 404, "Not Found"), ("GET", "/v1/none/x", [], 404, "Not Found"),
            ("POST", "/v1/views/a/b", [], 405, "Method Not Allowed"),
            ("GET", "/v1/views/a/b", [("content-length", "1")], 413, "Content Too Large"),
            ("GET", "/v1/views/a/b", [("transfer-encoding", "chunked")], 411, "Length Required"),
            ("GET", "/v1/views/a/b", [("host", "localhost")], 400, "Bad Request"),
        ] as [(String, String, [(String, String)], Int, String)])
    func `refuses readers with problem details`(
        method: String, path: String, headers: [(String, String)], code: Int, title: String
    ) throws {
        let response = try answer(method, path, headers)
        #expect(response.status == code && response.contentType == "application/problem+json", "\(response)")
        let body = String(decoding: response.body, as: UTF8.self)
        #expect(
            body.hasPrefix(#"{"type":"about:blank","title":"\#(title)","status":\#(code),"detail":"#), "\(body)")
        #expect(!body.contains(#"\n"#), "\(body)")
        if code == 405 { #expect(response.headers == [.init("Allow", "GET, HEAD")]) }
    }

    @Test(arguments: [
        ("Bearer wrong", "localhost", 401, "Unauthorized"), ("", "evil.example", 421, "Misdirected Request"),
    ])
    func `refuses strangers who want rows with problem details`(token: String, host: String, code: Int, title: String)
        throws
    {
        let fixture = try Fixture()
        let headers = [HTTPRequest.Field("host", host), .init("authorization", token)]
        let request = HTTPRequest("GET", "/v1/views/a/b", headers: headers)
        let response = Fixture.answer(request, fixture.router(try fixture.guards()))
        #expect(response.status == code && response.contentType == "application/problem+json", "\(response)")
        #expect(String(decoding: response.body, as: UTF8.self).contains(title))
        #expect(response.headers.contains { $0.name == "WWW-Authenticate" } == (code == 401))
    }
}
