import Testing

@testable import Redis

@Suite struct AddressTests {
    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379"),
        ("redis://localhost:7000/3", "redis://localhost:7000/3"),
        ("redis://localhost/", "redis://localhost:6379"),
        ("redis://[::1]:7000", "redis://[::1]:7000"),
        ("redis://user@host", "redis://user@host:6379"),
        ("redis://user:secret@host", "redis://user:***@host:6379"),
        ("redis://:secret@host", "redis://:***@host:6379"),
        ("redis://us%40er:se%3Acret%2F@host", "redis://us@er:***@host:6379"),
        ("rediss://:secret@host:1/2", "rediss://:***@host:1/2"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("unix:///run/a%20b.sock", "unix:///run/a b.sock"),
        ("REDIS://host", "redis://host:6379"),
        ("unix:///run/redis@1.sock?db=4", "unix:///run/redis@1.sock?db=4"),
        ("unix://u:secret@/run/redis.sock", "unix://u:***@/run/redis.sock"),
    ])
    func `an address is read, and shown without its password`(text: String, shown: String) throws {
        let address = try RedisAddress(text)
        #expect("\(address)" == shown)
        #expect(String(reflecting: address) == shown)
        #expect(
            !"\(RedisOptions(address: address, connectTimeoutMilliseconds: 1, commandTimeoutMilliseconds: 1, replyLimits: .none))"
                .contains("secret"))
    }

    @Test(arguments: ["redis://[fe80::1%25eth0]:7000", "redis://[fe80::1%eth0]:7000"])
    func `a link-local address keeps its interface, as a URL and as other programs write it`(text: String) throws {
        #expect(try RedisAddress(text).endpoint == .tcp(host: "fe80::1%eth0", port: 7000))
    }

    @Test(arguments: [
        ("valkey://host/2", "redis://host:6379/2"), ("valkeys://host:7", "rediss://host:7"),
    ])
    func `valkey is another word for redis`(text: String, shown: String) throws {
        #expect("\(try RedisAddress(text))" == shown)
    }

    @Test(arguments: [
        "HOST:6380,password=secret,ssl=True", "redis://HOST?password=secret", "redis://:secret", "redis://secret:",
        "unix:///x?password=secret", "redis://HOST#secret", "redis://HOST,password=secret", "secret://HOST",
        "redis://:sec/secret@host", "redis://:sec?secret@host", "redis://:sec#secret@host", "redis://:secret%@host",
        "redis://host/secret", "redis://host:secret", "secret", "unix://secret", "redis://host password=secret",
    ])
    func `nothing that could hold a secret is echoed`(text: String) {
        let error = #expect(throws: RedisError.self) { () throws(RedisError) in try RedisAddress(text) }
        #expect(error?.message.contains("secret") == false, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("redis://:a/b@host", "%2F"), ("redis://:a?b@host", "%3F"), ("redis://:a%b@host", "%25"),
        ("redis://:@host", "environment variable"), ("redis://user:@host", "its password is empty"),
        ("redis+sentinel://a:26379/mymaster", "redis: { sentinels: ["),
        ("redis://a:26379,b:26379/0", "redis: { sentinels: ["),
    ])
    func `a refused address says what to write instead`(text: String, words: String) {
        let error = #expect(throws: RedisError.self) { () throws(RedisError) in try RedisAddress(text) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `user and password are percent-decoded`() throws {
        let address = try RedisAddress("redis://us%40er:se%3Acret%2F@host")
        #expect(address.user == "us@er")
        #expect(address.password == "se:cret/")
        #expect(address.endpoint == .tcp(host: "host", port: 6379))
    }

    @Test(arguments: [
        "", "localhost", "http://host", "redis://", "redis://:secret@", "redis://host:0", "redis://host:70000",
        "redis://host:x",
        "redis://host/x", "redis://host/-1", "redis://host/+1", "redis://host?db=1", "redis://[::1", "redis://a:b:c",
        "redis://secret%zz@host",
        "redis://secret%+1@host", "redis://u:secret%F@host", "redis://u:secret@host/1/2", "unix://path",
        "unix:///path?x=1", "unix:///path?db=x",
        "unix:///" + String(repeating: "x", count: 200), "redis://ho st",
    ])
    func `what is not an address is refused, and no password is shown`(text: String) {
        let error = #expect(throws: RedisError.self) { () throws(RedisError) in try RedisAddress(text) }
        #expect(error?.kind == .invalidOptions)
        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.contains("redis://[user[:password]@]host") == true)
    }
}
