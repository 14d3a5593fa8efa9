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
}
