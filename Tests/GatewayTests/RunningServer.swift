import Logging
import System
import Testing
import WebClient

@testable import Gateway

/// A server on a port that the system chose.
final class RunningServer {
    let fixture: Fixture
    let server: HTTPServer
    var port: UInt16 { server.address.port }

    init(
        _ address: String = "127.0.0.1:0", _ routes: [Route] = Fixture.routes, limits: ServerLimits = ServerLimits()
    ) throws {
        fixture = try Fixture()
        let socket = try ListenSocket(try #require(ListenAddress(address)))
        server = try HTTPServer(socket, nil, fixture.router(try fixture.guards(), routes), limits: limits, .none)
    }

    deinit { server.stop() }

    func client() throws -> HTTPClient { try #require(HTTPClient(port: port)) }
}
