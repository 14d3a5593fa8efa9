import Foundation
import Logging
import System
import Testing

@testable import Gateway

@Suite struct `Tokens` {
    private let text = "0123456789abcdef"

    @Test func `are the content of a file without its line ends`() throws {
        for end in ["", "\n", "\r\n", "\n\n"] {
            #expect(try #require(Token(Array((text + end).utf8))).matches(text.utf8))
        }
        for bad in ["", "short\n", text + " b", "\n" + text, text + "\u{0}", "0123456789abcdé"] {
            #expect(Token(Array(bad.utf8)) == nil, "\(bad)")
        }
        #expect(Token(Array(repeating: 0x61, count: Token.longest + 1)) == nil)
    }

    @Test func `match themselves alone`() throws {
        let token = try #require(Token(Array(text.utf8)))
        for other in [
            "", text + text, "0", String(text.dropLast()), text + "g", "1123456789abcdef", "0123456789abcdee",
        ] {
            #expect(!token.matches(other.utf8), "\(other)")
        }
    }

    @Test func `are never printed`() throws {
        let token = try #require(Token(Array(text.utf8)))
        var dumped = "\(token) \(String(reflecting: token))"
        dump(token, to: &dumped)
        #expect(!dumped.contains(text) && !dumped.contains("48"))
    }

    @Test func `a changed file counts, and without a file nobody is let in`() throws {
        let fixture = try Fixture()
        let file = try TokenFile(fixture.path("read"), name: "read-token-file", log: .none)
        #expect(file.matches(Fixture.readToken.utf8, now: 0))
        try fixture.write("read", text)
        #expect(file.matches(Fixture.readToken.utf8, now: 999), "looked again within the second")
        #expect(!file.matches(Fixture.readToken.utf8, now: 1_000))
        #expect(file.matches(text.utf8, now: 1_000))
        try FileManager.default.removeItem(atPath: fixture.path("read"))
        #expect(!file.matches(text.utf8, now: 2_000))
        try fixture.write("read", "too short")
        #expect(!file.matches(text.utf8, now: 3_000) && !file.matches("too short".utf8, now: 3_000))
        try fixture.write("read", text + "\n")
        #expect(file.matches(text.utf8, now: 4_000))
    }

    @Test func `are two, and not the same one`() throws {
        let fixture = try Fixture()
        try fixture.write("operate", text)
        try fixture.write("read", text + "\n")
        var options = GatewayOptions(listen: try #require(ListenAddress("127.0.0.1:0")))
        (options.readTokenFile, options.operateTokenFile) = (fixture.path("read"), fixture.path("operate"))
        #expect {
            _ = try Gateway(options, routes: [], counts: RequestCounts(), log: .none)
        } throws: { error in
            "\(error)".contains("hold the same token") && "\(error)".contains("openssl rand")
                && !"\(error)".contains(text)
        }
    }

    @Test func `a file that is missing or empty is refused with what to do`() throws {
        let fixture = try Fixture()
        try fixture.write("empty", "\n")
        for name in ["absent", "empty"] {
            #expect {
                try TokenFile(fixture.path(name), name: "operate-token-file", log: .none)
            } throws: { error in
                "\(error)".contains(fixture.path(name)) && "\(error)".contains("operate-token-file")
                    && "\(error)".contains("openssl rand")
            }
        }
    }
}
