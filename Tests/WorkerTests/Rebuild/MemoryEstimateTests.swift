import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

@Suite struct `The memory of a build` {
    private let stage: BuildStage

    init() throws { stage = try BuildStage() }

    private func fill(_ database: Int, _ rows: Int, bytes: Int) throws {
        var redis = try stage.connection(database)
        for row in 0..<rows { try redis.command("HSET", "p:\(row)", "n", String(repeating: "x", count: bytes)) }
    }

    private func used(_ redis: inout RedisConnection) throws -> Int64 {
        let info = try redis.command("INFO", "memory").text ?? ""
        return info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("used_memory:") }
            .flatMap { Int64($0.dropFirst(12)) } ?? 0
    }

    @Test(arguments: [false, true])
    func `is within a fifth of what the live side takes, whatever else Redis holds`(hasOthers: Bool) throws {
        var redis = try stage.connection()
        if hasOthers { try fill(7, 20_000, bytes: 10) }
        let before = try used(&redis)
        try stage.makeLive(&redis)
        try fill(0, 8_000, bytes: 300)
        let taken = try used(&redis) - before
        let estimate = try stage.unit().memory(&redis)
        #expect((taken * 8 / 10...taken * 12 / 10).contains(estimate.bytes), "\(estimate.bytes) for \(taken)")
        #expect(estimate.left == nil && estimate.limit == 0)
        try redis.command("CONFIG", "SET", "maxmemory", "100mb")
        let bounded = try stage.unit().memory(&redis)
        #expect(bounded.limit == 104_857_600 && bounded.left == bounded.limit - bounded.used)
    }

    @Test func `is estimated without MEMORY, too`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try fill(0, 2_000, bytes: 300)
        let known = try stage.unit().memory(&redis).bytes
        try redis.command("ACL", "SETUSER", "u", "reset", "on", "nopass", "~*", "+@all", "-memory")
        var options = redis.options
        options.user = "u"
        var limited = try RedisConnection.open(options)
        let estimate = try stage.unit().memory(&limited).bytes
        #expect(estimate > known * 8 / 10 && estimate < known * 3)
    }
}
