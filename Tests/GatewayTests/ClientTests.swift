import Foundation
import Logging
import Testing

@testable import Gateway

@Suite struct `Clients with tokens of their own` {
    private static let first = "first-token-0123456789"
    private static let second = "second-token-0123456789"

    @Test func `are known by their tokens, and a file that changes counts`() throws {
        let fixture = try Fixture()
        try fixture.write("clients", "# who\n\n\(Self.first) c-7 web\r\n\(Self.second)\tada\tweb,support\n")
        let file = try ClientFile(fixture.path("clients"), log: .none)
        #expect(file.client(Self.first.utf8, now: 0) == Client(subject: "c-7", roles: ["web"]))
        #expect(file.client(Self.second.utf8, now: 0) == Client(subject: "ada", roles: ["web", "support"]))
        #expect(file.client("first-token-012345678".utf8, now: 0) == nil && file.client("".utf8, now: 0) == nil)
        try fixture.write("clients", "\(Self.second) eve web")
        #expect(file.client(Self.first.utf8, now: 5_000) == nil)
        #expect(file.client(Self.second.utf8, now: 5_000)?.subject == "eve")
        try fixture.write("clients", "what is this?")
        #expect(file.client(Self.second.utf8, now: 10_000) == nil)
    }

    @Test(arguments: ["short c-7 web", "first-token-0123456789 c-7", "first-token-0123456789 c-7 web more"])
    func `a line that is no client's is named, without what is in it`(line: String) throws {
        let fixture = try Fixture()
        try fixture.write("clients", "# who\n\(line)\n")
        let error = #expect(throws: GatewayError.self) { try ClientFile(fixture.path("clients"), log: .none) }
        #expect(error?.message.contains("clients:2") == true && error?.message.contains("c-7") == false)
    }

    @Test func `may read what their roles allow`() throws {
        let permissions = Permissions(["web": ["shop.order"], "support": ["shop.*"]])
        let web = Client(subject: "c-7", roles: ["web"])
        let support = Client(subject: "ada", roles: ["support"])
        #expect(throws: Never.self) { try permissions.check(web, view: "order", of: "shop") }
        #expect(throws: Problem.self) { try permissions.check(web, view: "top", of: "shop") }
        #expect(throws: Never.self) { try permissions.check(support, view: "top", of: "shop") }
        #expect(throws: Problem.self) { try permissions.check(support, view: "order", of: "shops") }
        #expect(throws: Never.self) { try permissions.check(nil, view: "order", of: "shop") }
        #expect(throws: Never.self) { try permissions.check(web, query: "page", roles: ["web"]) }
        #expect(throws: Problem.self) { try permissions.check(web, query: "page", roles: []) }
        #expect(throws: Never.self) { try permissions.check(nil, query: "page", roles: []) }
    }

    @Test func `open rows, and nothing else`() throws {
        let fixture = try Fixture()
        try fixture.write("clients", "\(Self.first) c-7 web")
        var guards = try fixture.guards(read: false, operate: false)
        guards.clients = try ClientFile(fixture.path("clients"), log: .none)
        let router = fixture.router(guards)
        func ask(_ path: String, _ token: String?) -> HTTPResponse {
            let own = token.map { [HTTPRequest.Field("authorization", "Bearer \($0)")] } ?? []
            return Fixture.answer(HTTPRequest("GET", path, headers: [.init("host", "localhost")] + own), router)
        }
        #expect(ask("/v1/views/a/b", Self.first).body == Array("c-7\n".utf8))
        #expect(ask("/v1/views", Self.first).status == 200 && ask("/v1/viewsx", Self.first).status == 404)
        #expect(ask("/v1/views/a/b", nil).status == 401 && ask("/v1/views/a/b", Self.second).status == 401)
        #expect(ask("/status", Self.first).status == 401 && ask("/livez", nil).status == 200)
    }
}
