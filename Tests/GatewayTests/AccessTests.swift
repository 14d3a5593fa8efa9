import Testing

@testable import Gateway

@Suite struct `Who may ask for what` {
    private static let host = HTTPRequest.Field("host", "127.0.0.1:8080")

    private func token(_ text: String?) -> [HTTPRequest.Field] {
        [Self.host] + (text.map { [HTTPRequest.Field("authorization", "Bearer \($0)")] } ?? [])
    }

    /// The codes for no token, the read token, the operate token and a wrong one.
    private static let table: [(method: String, path: String, codes: [Int])] = [
        ("GET", "/livez", [200, 200, 200, 200]),
        ("HEAD", "/livez", [200, 200, 200, 200]),
        ("POST", "/livez", [405, 405, 405, 405]),
        ("GET", "/page", [200, 200, 200, 200]),
        ("DELETE", "/page", [405, 405, 405, 405]),
        ("GET", "/status", [401, 200, 200, 401]),
        ("HEAD", "/status", [401, 200, 200, 401]),
        ("POST", "/status", [405, 405, 405, 405]),
        ("OPTIONS", "/status", [405, 405, 405, 405]),
        ("GET", "/parked", [401, 200, 200, 401]),
        ("PUT", "/parked", [405, 405, 405, 405]),
        ("GET", "/actions/skip", [405, 405, 405, 405]),
        ("POST", "/actions/skip", [401, 403, 200, 401]),
        ("TRACE", "/actions/skip", [405, 405, 405, 405]),
        ("GET", "/v1/views", [401, 200, 200, 401]),
        ("GET", "/nothing", [404, 404, 404, 404]),
        ("POST", "/nothing", [404, 404, 404, 404]),
    ]

    @Test func `each path, each method and each token has its answer`() throws {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards())
        let tokens = [nil, Fixture.readToken, Fixture.operateToken, "wrong-token-0123456789"]
        for row in Self.table {
            let codes = tokens.map {
                Fixture.answer(HTTPRequest(row.method, row.path, headers: token($0)), router).status
            }
            #expect(codes == row.codes, "\(row.method) \(row.path)")
        }
        #expect(Set(Self.table.map(\.path)).isSuperset(of: Fixture.routes.map(\.path)))
        let counted = fixture.counts.all
        #expect(counted.reduce(0) { $0 + $1.count } == UInt64(Self.table.count * tokens.count))
        #expect(Set(counted.map(\.key.path)) == Set(Fixture.routes.map(\.path) + ["other"]))
    }

    @Test func `without tokens everything may be read, and nothing be done`() throws {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards(read: false, operate: false))
        #expect(Fixture.answer(HTTPRequest("GET", "/status", headers: token(nil)), router).status == 200)
        let refused = Fixture.answer(HTTPRequest("POST", "/actions/skip", headers: token(Fixture.operateToken)), router)
        #expect(refused.status == 403)
        #expect(String(decoding: refused.body, as: UTF8.self).contains("operate-token-file"))
    }

    @Test func `one token alone protects reading too`() throws {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards(read: false))
        #expect(Fixture.answer(HTTPRequest("GET", "/status", headers: token(nil)), router).status == 401)
        #expect(
            Fixture.answer(HTTPRequest("GET", "/status", headers: token(Fixture.operateToken)), router).status == 200)
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8080", true), ("localhost.", true), ("127.0.0.1", true),
        ("10.1.2.3:8080", true), ("[::1]:8080", true), ("[fe80::1]", true), ("lantern.example:443", true),
        ("Lantern.Example", true), ("evil.example", false), ("evil.example:8080", false),
        ("127.0.0.1.evil.example", false), ("localhost.evil.example", false), ("[::1", false), ("[::1]evil", false),
        ("a:b:c", false), ("", false), ("::1", false), ("0x7f000001", false), ("lantern.example@evil", false),
    ])
    func `a name that is not known is a page that points its own name here`(host: String, isKnown: Bool) throws {
        #expect(HostNames(["lantern.example"]).contains(host) == isKnown)
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards(hosts: ["lantern.example"], read: false, operate: false))
        for path in ["/page", "/status"] {
            let response = Fixture.answer(HTTPRequest("GET", path, headers: [.init("host", host)]), router)
            #expect(response.status == (isKnown ? 200 : 421), "\(path)")
        }
        // Probes come with whatever name they were given.
        #expect(Fixture.answer(HTTPRequest("GET", "/livez", headers: [.init("host", host)]), router).status == 200)
    }

    @Test(
        arguments: [
            ([], 200), ([("sec-fetch-site", "same-origin")], 200), ([("origin", "http://127.0.0.1:8080")], 200),
            ([("origin", "https://127.0.0.1:8080")], 200), ([("sec-fetch-site", "cross-site")], 403),
            ([("sec-fetch-site", "same-site")], 403), ([("sec-fetch-site", "none")], 403),
            ([("origin", "http://evil.example")], 403), ([("origin", "null")], 403),
            ([("origin", "http://127.0.0.1:9090")], 403),
            ([("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], 400),
            ([("origin", "http://127.0.0.1:8080"), ("origin", "http://evil.example")], 400),
        ] as [([(String, String)], Int)])
    func `a page of another site does nothing, even with the token`(headers: [(String, String)], code: Int) throws {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards())
        let fields = token(Fixture.operateToken) + headers.map { HTTPRequest.Field($0.0, $0.1) }
        #expect(Fixture.answer(HTTPRequest("POST", "/actions/skip", headers: fields), router).status == code)
    }

    @Test func `a token is sent once, as a bearer`() throws {
        let fixture = try Fixture()
        let router = fixture.router(try fixture.guards())
        let good = Fixture.readToken
        for (value, code) in [
            ("Bearer \(good)", 200), ("bearer  \(good) ", 200), ("Basic \(good)", 401), (good, 401), ("Bearer", 401),
            ("Bearer ", 401), ("Bearer \(good)x", 401), ("Bearer \(good.dropLast())", 401),
            ("Bearer \(good.uppercased())", 401),
        ] {
            let request = HTTPRequest("GET", "/status", headers: [Self.host, .init("authorization", value)])
            #expect(Fixture.answer(request, router).status == code, "\(value)")
        }
        let twice = token(good) + [.init("authorization", "Bearer \(good)")]
        #expect(Fixture.answer(HTTPRequest("GET", "/status", headers: twice), router).status == 400)
    }
}
