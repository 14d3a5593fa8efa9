import Foundation
import Logging
import System
import Testing

@testable import Gateway

/// `lantern health` at a gateway that serves HTTPS.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "there is no /usr/bin/openssl"))
struct `A probe` {
    private let fixture: Fixture

    init() throws {
        fixture = try Fixture()
        let made = try Process.run(
            URL(filePath: "/usr/bin/openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", fixture.path("key.pem"),
                "-out", fixture.path("certificate.pem"),
            ])
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
    }

    private func gateway() throws -> Gateway {
        var options = GatewayOptions(listen: try #require(ListenAddress("127.0.0.1:0")))
        (options.certificateFile, options.keyFile) = (fixture.path("certificate.pem"), fixture.path("key.pem"))
        let routes = [Route.quick(.get, "/health", .open) { _ in .text(503, "failing: Redis is away") }]
        return try Gateway(options, routes: routes, counts: RequestCounts(), log: .none)
    }

    private func ask(_ url: String, _ authority: String?) -> Result<HTTPProbe.Answer, HTTPProbe.Failure> {
        guard let address = HTTPProbe.Address(url) else { return .failure(HTTPProbe.Failure(message: "no address")) }
        return Result { () throws(HTTPProbe.Failure) in
            try HTTPProbe.ask(address, authority: authority, timeoutMilliseconds: 60_000)
        }
    }

    private func message(_ result: Result<HTTPProbe.Answer, HTTPProbe.Failure>) -> String {
        if case .failure(let failure) = result { failure.message } else { "" }
    }

    @Test func `trusts the authority that it is given, for the name that it asks`() throws {
        let gateway = try gateway()
        defer { gateway.stop() }
        let port = gateway.address.port
        let answer = try ask("https://localhost:\(port)/health", fixture.path("certificate.pem")).get()
        #expect(answer.status == 503)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("failing: Redis is away"))
        let stranger = message(ask("https://localhost:\(port)/health", nil))
        #expect(stranger.contains("certificate is NOT trusted"), "\(stranger)")
        let other = message(ask("https://127.0.0.1:\(port)/health", fixture.path("certificate.pem")))
        #expect(other.contains("name in the certificate does not match"), "\(other)")
        let missing = message(ask("https://localhost:\(port)/health", fixture.path("absent.pem")))
        #expect(missing.contains("absent.pem cannot be used"), "\(missing)")
    }

    @Test func `says so when what answers speaks another language`() throws {
        let gateway = try gateway()
        defer { gateway.stop() }
        let plain = message(ask("http://localhost:\(gateway.address.port)/health", nil))
        #expect(plain.contains("speaks no HTTP") || plain.contains("closed"), "\(plain)")
    }
}
