import RedisServer
import Testing

@testable import Redis

@Suite struct `Sentinel` {
    private func options(_ ports: [UInt16], master: String = "views") throws -> RedisOptions {
        var options = try RedisOptions("redis://127.0.0.1:1")
        let places = try ports.map { try #require(SentinelGroup.Place("127.0.0.1:\($0)")) }
        options.address = RedisAddress(
            endpoint: .sentinel(SentinelGroup(master: master, places: places)), usesTLS: false, database: 3, user: nil,
            password: nil)
        return options
    }

    @Test func `says where the master is, whichever of them still answers`() throws {
        let server = try Shared.server.get()
        let sentinel = try SentinelServer(watching: server.port, as: "views")
        let options = try options([freePort(), sentinel.port])
        let connection = try RedisConnection.open(options)
        #expect(connection.server.endpoint == .tcp(host: "127.0.0.1", port: server.port))
        #expect(connection.server.database == 3)
        // What is opened by the same options asks again.
        #expect(connection.options.address == options.address)
    }

    @Test func `one that is cut off and names an old master is outvoted`() throws {
        let (old, current) = (try RedisServer(), try Shared.server.get())
        let isolated = try SentinelServer(watching: old.port, as: "views")
        let others = try (0..<2).map { _ in try SentinelServer(watching: current.port, as: "views") }
        let connection = try RedisConnection.open(options([isolated.port] + others.map(\.port)))
        #expect(connection.server.endpoint == .tcp(host: "127.0.0.1", port: current.port))
        let alone = try RedisConnection.open(options([isolated.port, freePort(), freePort()]))
        #expect(alone.server.endpoint == .tcp(host: "127.0.0.1", port: old.port))
    }

    @Test func `that most name is believed, though they are not half of all`() throws {
        let (old, current) = (try RedisServer(), try Shared.server.get())
        let isolated = try SentinelServer(watching: old.port, as: "views")
        let others = try (0..<2).map { _ in try SentinelServer(watching: current.port, as: "views") }
        let ports = [isolated.port] + others.map(\.port) + [try freePort(), try freePort()]
        let connection = try RedisConnection.open(options(ports))
        #expect(connection.server.endpoint == .tcp(host: "127.0.0.1", port: current.port))
    }

    @Test func `of as many on either side the first one in the file is believed`() throws {
        let (one, other) = (try RedisServer(), try Shared.server.get())
        let sentinels = try [one.port, other.port].map { try SentinelServer(watching: $0, as: "views") }
        for (order, expected) in [([0, 1], one), ([1, 0], other)] {
            let connection = try RedisConnection.open(options(order.map { sentinels[$0].port }))
            #expect(connection.server.endpoint == .tcp(host: "127.0.0.1", port: expected.port))
        }
    }

    @Test func `that says nothing useful is named, with what it said`() throws {
        let sentinel = try SentinelServer(watching: Shared.server.get().port, as: "others")
        let gone = try freePort()
        let error = openFailure(try options([gone, sentinel.port]))
        #expect(error?.kind == .unreachable && error?.handling == .reconnect)
        let message = error?.message ?? ""
        #expect(message.contains("127.0.0.1:\(gone): No connection"), "\(message)")
        #expect(message.contains("127.0.0.1:\(sentinel.port): It knows no master of that name."), "\(message)")
        #expect(message.contains("the master views"), "\(message)")
    }

    @Test func `is asked with a login of its own`() throws {
        let sentinel = try SentinelServer(
            watching: Shared.server.get().port, as: "views", settings: ["requirepass guard"])
        var options = try options([sentinel.port])
        let refused = openFailure(options)
        #expect(refused?.message.contains("sentinel-password-file") == true, "\(refused?.message ?? "")")
        let path = "\(try Shared.server.get().folder)/sentinel-password"
        try writeFile(path, "guard\n")
        options.sentinelPasswordFile = path
        #expect(openFailure(options) == nil)
    }

    @Test(arguments: [
        ("a", "a", 26_379), ("a:1", "a", 1), ("[::1]:5", "::1", 5), ("[::1]", "::1", 26_379),
    ])
    func `is at an address`(text: String, host: String, port: Int) {
        let place = SentinelGroup.Place(text)
        #expect(place?.host == host && place.map { Int($0.port) } == port)
    }

    @Test(arguments: ["", "a:", "a:0", "a:70000", ":1", "a:b", "redis://a:1", "a/b"])
    func `is not at what is none`(text: String) { #expect(SentinelGroup.Place(text) == nil) }
}
