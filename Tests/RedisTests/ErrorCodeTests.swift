import RedisServer
import Testing

@testable import Redis

@Suite struct ErrorCodeTests {
    @Test(arguments: [
        ("OOM command not allowed", RedisErrorCode.oom, RedisErrorCode.Handling.retryLater),
        ("LOADING Redis is loading the dataset in memory", .loading, .retryLater),
        ("MISCONF Redis is configured to save RDB snapshots", .misconf, .retryLater),
        ("NOREPLICAS Not enough good replicas to write.", .noReplicas, .retryLater),
        ("BUSY Redis is busy running a script.", .busy, .retryLater),
        ("READONLY You can't write against a read only replica.", .readOnly, .reconnect),
        ("MASTERDOWN Link with MASTER is down", .masterDown, .reconnect),
        ("NOAUTH Authentication required.", .noAuth, .reconnect),
        ("ERR max number of clients reached", .maxClients, .reconnect),
        ("WRONGPASS invalid username-password pair", .wrongPass, .stop),
        ("NOPERM this user has no permissions", .noPerm, .stop),
        ("EXECABORT Transaction discarded because of previous errors.", .execAbort, .stop),
        ("WRONGTYPE Operation against a key", .wrongType, .stop),
        ("NOSCRIPT No matching script.", .noScript, .stop),
        ("CLUSTERDOWN The cluster is down", .clusterDown, .stop),
        ("MOVED 3999 127.0.0.1:6381", .moved, .stop),
        ("ASK 3999 127.0.0.1:6381", .ask, .stop),
        ("TRYAGAIN Multiple keys request", .tryAgain, .stop),
        ("ERR unknown command", .err, .stop),
        ("ERR", .err, .stop),
        ("BUSYKEY Target key name already exists.", .other("BUSYKEY"), .stop),
        ("", .other(""), .stop),
        (" OOM", .other(""), .stop),
    ])
    func `the first word decides`(text: String, code: RedisErrorCode, handling: RedisErrorCode.Handling) {
        let found = RedisErrorCode(Array(text.utf8).span)
        #expect(found == code)
        #expect(found.handling == handling)
    }

    @Test func `what holds another type is named, with what to do`() throws {
        var redis = try connection()
        try redis.command("SET", "error-code:text", "x")
        let error = #expect(throws: RedisError.self) { try redis.command("HGETALL", "error-code:text") }
        #expect(error?.message.contains("HGETALL error-code:text: WRONGTYPE") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("another program wrote it") == true)
    }

    @Test func `an abort names its cause where Redis refused EXEC itself`() {
        func cause(_ text: String) -> RedisErrorCode? { RedisErrorCode.abortCause(in: Array(text.utf8).span) }
        #expect(cause("EXECABORT Transaction discarded because of: NOREPLICAS Not enough") == .noReplicas)
        #expect(cause("EXECABORT Transaction discarded because of previous errors.") == nil)
        #expect(cause("EXECABORT") == nil)
    }

    @Test func `OOM is what a full server says, and aborts the transaction`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(RedisOptions(server.url))
        try server.configure("maxmemory", "1")
        #expect(try redis.code("SET", "a", "1") == .oom)
        #expect(try redis.answer("MULTI").isOK)
        #expect(try redis.code("SET", "a", "1") == .oom)
        #expect(try redis.code("EXEC") == .execAbort)
        try server.configure("maxmemory", "0")
        #expect(try redis.answer("SET", "a", "1").isOK)
    }

    @Test func `NOREPLICAS is what a server with too few replicas says`() throws {
        let server = try RedisServer(options: ["--min-replicas-to-write", "1"])
        var redis = try RedisConnection.open(RedisOptions(server.url))
        #expect(try redis.code("SET", "a", "1") == .noReplicas)
    }

    @Test func `an EXEC that is refused itself names the cause`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(RedisOptions(server.url))
        #expect(try redis.answer("MULTI").isOK)
        #expect(try redis.answer("SET", "a", "1") == simple("QUEUED"))
        try server.configure("min-replicas-to-write", "1")
        guard case .error(let text) = try redis.answer("EXEC") else {
            Issue.record("EXEC was not refused")
            return
        }
        #expect(RedisErrorCode(text.span) == .execAbort)
        #expect(RedisErrorCode.abortCause(in: text.span) == .noReplicas)
    }

    @Test func `MISCONF is what a server says that cannot save`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(RedisOptions(server.url))
        try redis.command("SET", "a", "1")
        try server.configure("save", "1 1")
        // It saves into a name that is a folder, and fails.
        try makeFolder("\(server.folder)/dump.rdb")
        _ = try redis.answer("SAVE")
        // Only a background save sets the flag; it is over when INFO says so.
        _ = try redis.answer("BGSAVE")
        try eventually("the save fails") {
            try redis.command("INFO", "persistence").text?.contains("rdb_last_bgsave_status:err") == true
        }
        #expect(try redis.code("SET", "a", "2") == .misconf)
    }

    @Test func `READONLY is what a server says that became a replica, and a new connection is refused`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(RedisOptions(server.url))
        try redis.command("SET", "a", "1")
        try server.cli(["REPLICAOF", "127.0.0.1", "\(freePort())"])
        #expect(try redis.code("SET", "a", "2") == .readOnly)
        try server.configure("replica-serve-stale-data", "no")
        #expect(try redis.code("GET", "a") == .masterDown)
        let error = try #require(try openFailure(RedisOptions(server.url)))
        // MULTI is refused as well then, but the role is what counts.
        #expect(error.kind == .notMaster)
        #expect(error.handling == .reconnect)
    }

    @Test func `BUSY is what a server says while a script loops`() throws {
        let server = try RedisServer(options: ["--busy-reply-threshold", "1"])
        var redis = try RedisConnection.open(RedisOptions(server.url))
        var looping = try RedisConnection.open(RedisOptions(server.url))
        let script = "*3\r\n$4\r\nEVAL\r\n$20\r\nwhile true do end --\r\n$1\r\n0\r\n"
        _ = try looping.write(Array(script.utf8).span)
        var code: RedisErrorCode?
        try eventually("the script loops") {
            code = try redis.code("GET", "a")
            return code != nil
        }
        #expect(code == .busy)
        #expect(try openFailure(RedisOptions(server.url))?.handling == .retryLater)
        #expect(try redis.answer("SCRIPT", "KILL").isOK)
    }

    @Test func `WRONGTYPE, NOSCRIPT and ERR are what commands on the wrong things get`() throws {
        var redis = try connection()
        try redis.command("SET", "code:text", "1")
        #expect(try redis.code("HSET", "code:text", "a", "1") == .wrongType)
        #expect(try redis.code("EVALSHA", "0000000000000000000000000000000000000000", "0") == .noScript)
        #expect(try redis.code("WATCH") == .err)
    }

    @Test func `NOPERM is what a user gets who may not`() throws {
        let server = try RedisServer()
        try server.cli(["ACL", "SETUSER", "reader", "on", ">pass", "~*", "+@all", "-set"])
        var redis = try RedisConnection.open(RedisOptions("redis://reader:pass@127.0.0.1:\(server.port)"))
        #expect(try redis.code("SET", "a", "1") == .noPerm)
        #expect(try redis.answer("GET", "a") == .null)
    }

    @Test func `LOADING is what a server says that reads its data`() throws {
        let server = try RedisServer(options: ["--enable-debug-command", "yes", "--key-load-delay", "0"])
        var redis = try RedisConnection.open(RedisOptions(server.url))
        var commands: [String] = []
        for number in 0..<2_000 { commands += ["k\(number)", "v"] }
        try redis.command((["MSET"] + commands).map { Array($0.utf8) })
        try server.cli(["SAVE"])
        // 2,000 keys of 2 ms each, clients being served between them.
        try server.kill()
        let slow = try RedisServer(
            options: [
                "--dir", server.folder, "--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024",
            ], waitUntilReady: false)
        var failure = openFailure(try RedisOptions(slow.url))
        try eventually("the server listens") {
            failure = openFailure(try RedisOptions(slow.url))
            return failure?.kind != .unreachable
        }
        guard failure == nil else {
            #expect(failure?.kind == .server(.loading))
            return
        }
        var loading = try RedisConnection.open(RedisOptions(slow.url))
        #expect(try loading.code("GET", "a") == .loading)
    }
}
