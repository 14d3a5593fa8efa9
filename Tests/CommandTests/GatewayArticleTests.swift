import Foundation
import Gateway
import Testing

@testable import LanternCommand

@Suite struct `The gateway's paths` {
    @Test func `are those of the article Gateway, and each says who may ask`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Lantern/Lantern.docc/Gateway.md")
        let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let routes =
            ParkedDesk(path: "").routes + RowDesk(path: "").routes
            + GenerationDesk(path: "", isCancelled: { false }).routes
            + [AboutRoute(version: "1", file: nil, canOperate: false).route]
        #expect(routes.count >= 10)
        #expect(Set(routes.map(\.path)).count == routes.count)
        for route in routes {
            let isPost = route.method == .post
            let name = isPost ? "`POST \(route.path)`" : "`\(route.path)"
            let line = lines.first {
                $0.hasPrefix("| `") && ($0.contains(name + "`") || $0.contains(name + "?") || $0.contains(name))
            }
            #expect(line?.contains(isPost ? "| operate |" : "| read |") == true, "\(route.path): \(line ?? "no row")")
            #expect(route.access == (isPost ? .operate : .read), "\(route.path)")
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
