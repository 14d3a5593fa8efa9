import Foundation
import Gateway
import Observing
import Reads
import Testing

@testable import LanternCommand

@Suite struct `The gateway's paths` {
    @Test func `are those of the article Gateway, and each says who may ask`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Lantern/Lantern.docc/Gateway.md")
        let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let service = ReadService([], kafka: [], clientID: "test")
        let keeper = StatusKeeper([], kafka: [], clientID: "test") { .ofThisProcess(version: "1", startedAt: 0) }
        var routes = ParkedDesk(path: "").routes + RowDesk(path: "").routes
        routes += GenerationDesk(path: "", isCancelled: { false }).routes
        routes += [AboutRoute(version: "1", file: nil, canOperate: false).route, ViewsRoute([]).route]
        routes += ObservedRoutes.all(keeper, RequestCounts())
        routes += ReadRoutes(service, ChangeHub(service), queries: [], permissions: Permissions([:])).routes
        #expect(routes.count >= 18 && routes.contains { $0.path == "/v1/queries" })
        #expect(Set(routes.map(\.path)).count == routes.count)
        for route in routes {
            let isPost = route.method == .post
            let name = isPost ? "`POST \(route.path)`" : "`\(route.path)"
            let line = lines.first {
                $0.hasPrefix("| `") && ($0.contains(name + "`") || $0.contains(name + "?") || $0.contains(name))
            }
            let who =
                switch route.access {
                case .open: "everyone"
                case .page, .read: "read"
                case .rows: "read, clients"
                case .operate: "operate"
                }
            #expect(line?.contains("| \(who) |") == true, "\(route.path): \(line ?? "no row")")
            #expect(isPost == (route.access == .operate), "\(route.path)")
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/livez", "127.0.0.1", 8080, "/livez"), ("http://[::1]:9", "::1", 9, "/health"),
        ("http://localhost", "localhost", 80, "/health"), ("https://a", "a", 443, "/health"),
        ("http://a:1/b?c=d", "a", 1, "/b?c=d"),
    ])
    func `can be asked by an address`(text: String, host: String, port: Int, path: String) throws {
        let address = try #require(HTTPProbe.Address(text))
        #expect(address.host == host && Int(address.port) == port && address.path == path)
    }

    @Test(arguments: [
        "", "127.0.0.1:8080", "https://", "ftp://a", "http://", "http://a:x", "http://a b", "http://u@a",
        "http://a/\r\nX: y",
    ])
    func `cannot be asked by what is none`(text: String) { #expect(HTTPProbe.Address(text) == nil) }
}
