import Foundation
import Logging
import Synchronization
import Testing

@testable import Gateway

/// Two token files in a folder of their own, and a router with one route of each access.
final class Fixture {
    static let readToken = "read-token-0123456789"
    static let operateToken = "operate-token-0123456789"

    let folder: URL
    let counts = RequestCounts()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "lantern-gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("read", Self.readToken + "\n")
        try write("operate", Self.operateToken + "\r\n")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    func guards(hosts: [String] = [], read: Bool = true, operate: Bool = true) throws -> AccessGuards {
        var guards = AccessGuards(hosts: HostNames(hosts))
        if read { guards.readToken = try TokenFile(path("read"), name: "read-token-file", log: .none) }
        if operate { guards.operateToken = try TokenFile(path("operate"), name: "operate-token-file", log: .none) }
        return guards
    }

    static let routes: [Route] = [
        .quick(.get, "/livez", .open) { _ in .text(200, "ok") },
        .quick(.get, "/page", .page) { _ in .text(200, "page") },
        .quick(.get, "/status", .read) { _ in
            var response = HTTPResponse.json(200, Array("{}".utf8))
            response.entityTag = "\"a\""
            return response
        },
        .slow(.get, "/parked", .read) { .text(200, "parked \($0.parameter("projection") ?? "-")") },
        .slow(.post, "/actions/skip", .operate) { .text(200, "skipped \($0.body.count)") },
        .awaited(.get, below: "/v1/views", .rows) { $1(.text(200, $0.client?.subject ?? "nobody")) },
    ]

    func router(_ guards: AccessGuards, _ routes: [Route] = Fixture.routes) -> Router {
        Router(routes, guards, counts)
    }

    private static func answer(_ request: HTTPRequest, _ manner: Route.Manner) -> HTTPResponse {
        switch manner {
        case .quick(let answer), .slow(let answer): return answer(request)
        case .awaited(let begin):
            let made = Mutex<HTTPResponse?>(nil)
            begin(request) { response in made.withLock { $0 = response } }
            return made.withLock { $0 } ?? .text(500, "not answered at once")
        }
    }

    /// What a request is answered, as the server does it.
    static func answer(_ request: HTTPRequest, _ router: Router) -> HTTPResponse {
        switch router.admit(request, bodyLimit: 100) {
        case .refused(let response): response
        case .admitted(let request, let route): router.finish(answer(request, route.manner), to: request, route)
        }
    }
}
