import Testing

@testable import Configuration

@Suite struct MessageTests {
    @Test func `a tab in the indentation is called a tab`() {
        expectFault("kafka:\n\tbootstrap.servers: b\n", at: "2:1", "a tab in the indentation")
    }

    @Test func `an invisible character in a name is shown`() {
        expectFault(file("projec\u{200B}tions: {}\n"), at: "3:1", "projec\\u{200b}tions")
    }

    @Test func `an invisible character in a path, a key or a field is a warning at its place`() throws {
        let text = view("hash: \"o\u{200B}:{@key}\"\nevents: { \"*\": { set: { \"a\u{AD}\": \"$.n\u{2060}\" } } }")
        #expect(
            try parse(text).warnings.map(\.description) == [
                "f:10:15: this text has an invisible character (U+200B), which is easily missed: `o\\u{200b}:{@key}`",
                "f:11:33: this text has an invisible character (U+00AD), which is easily missed: `a\\u{ad}`",
                "f:11:39: this text has an invisible character (U+2060), which is easily missed: `$.n\\u{2060}`",
            ])
        // Joiners are part of words and of emoji.
        #expect(try parse(view("hash: \"o:{@key}\"\nevents: { \"*\": { set: { a: 👩‍🚀 } } }")).warnings.isEmpty)
    }

    @Test func `an address of Sentinel is not taken for a mistyped scheme`() {
        for address in ["redis+sentinel://a:26379/mymaster", "redis-sentinel://a:26379", "sentinel://a"] {
            let found = faults("kafka: { bootstrap.servers: b }\nredis: \"\(address)\"\nprojections: {}\n").joined()
            #expect(found.contains("redis: { sentinels: ["))
            #expect(!found.contains("Did you mean"), "\(found)")
        }
    }

    @Test func `half a surrogate pair in an escape is called that`() {
        expectFault(file("projections: { \"\\ud800\": {} }\n"), at: "3:19", "half of a surrogate pair")
    }

    @Test func `a secret in an address that cannot be read is not echoed`() {
        for address in ["HOST:6380,password=hidden,ssl=True", "redis://HOST?password=hidden", "redis://:hidden"] {
            let found = faults("kafka: { bootstrap.servers: b }\nredis: \"\(address)\"\nprojections: {}\n")
            #expect(!found.isEmpty)
            #expect(!found.joined().contains("hidden"), "\(found)")
        }
    }
}
