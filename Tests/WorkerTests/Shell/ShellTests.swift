import Projections
import Records
import Redis
import Testing

@testable import Worker

/// The loop around the machine, where only real servers show what it does.
@Suite struct `Interleavings: the loop` {
    @Test func `the wake-up fires only for an empty queue: stopping at a full batch does not sleep forever`() throws {
        // No heartbeat comes to its help.
        let workshop = try Workshop {
            $0.commandsPerTransaction = 4
            $0.heartbeat = 3_600_000
        }
        // All of it is in the queue at once, and nothing comes behind it that could wake anybody.
        let events = 50_000
        for number in 0..<events { try workshop.send(key: "k\(number % 50)", value: "{\"n\":1}") }
        try workshop.flush()
        _ = try workshop.runner.start()
        try workshop.waitUntilDone()
        var redis = try workshop.connection()
        for row in 0..<50 { #expect(try redis.command("HGET", "row:0:k\(row)", "count").text == "\(events / 50)") }
        workshop.end()
        // Read once more from the beginning, nothing is sent to Redis whose answer could wake it either. (It looks around
        // once a second for other reasons; a slice a second is not enough.)
        let text = try redis.command("GET", workshop.keys.checkpoint("t", 0)).bytes
        var checkpoint = try #require(text.flatMap { Checkpoint(text: $0) })
        checkpoint.confirmed = 0
        try redis.command(
            "SET", workshop.keys.checkpoint("t", 0), String(decoding: checkpoint.text, as: UTF8.self))
        try workshop.send(key: "last", value: "{\"n\":1}")
        try workshop.flush()
        workshop.renew()
        _ = try workshop.runner.start()
        try workshop.waitUntilDone()
        #expect(try redis.command("HGET", "row:0:last", "count").text == "1")
    }

    @Test func `a retry of parked events races the lane, which folds the next event of that key`() throws {
        let workshop = try Workshop { $0.heartbeat = 20 }
        _ = try workshop.runner.start()
        var redis = try workshop.connection()
        var count = 0
        for round in 0..<10 {
            let key = "k\(round)"
            let bad = try workshop.send(key: key, value: "{\"n\":\"no number\"}")
            try workshop.flush()
            try workshop.waitUntilDone()
            let identifier = "retry-\(round)"
            try redis.command(
                "HSET", workshop.keys.requests, "t:0:\(bad)",
                RequestText(action: .edit(Array("{\"n\":1}".utf8)), identifier: identifier).text)
            count = 1
            // Its next events come all the while.
            let isAnswered = try workshop.eventually {
                for _ in 0..<5 { try workshop.send(key: key, value: "{\"n\":1}") }
                count += 5
                try workshop.flush()
                return try redis.command("EXISTS", workshop.keys.answer(identifier)).integer == 1
            }
            try #require(isAnswered, "\(workshop.log)")
            let answer = try redis.command("GET", workshop.keys.answer(identifier)).text
            #expect(answer?.hasPrefix("done") == true, "\(answer ?? "none")")
            let last = try workshop.send(key: key, value: "{\"n\":1}")
            count += 1
            try workshop.flush()
            try workshop.waitUntilDone()
            let row = try redis.command("HMGET", "row:0:\(key)", "count", "sum", "last").elements?.map(\.text)
            #expect(row == ["\(count)", "\(count)", "\(last)"], "round \(round)")
            #expect(try redis.command("EXISTS", workshop.keys.parkedIndex("t", 0)).integer == 0)
            #expect(try redis.command("EXISTS", workshop.keys.parked("t", 0)).integer == 0)
        }
    }
}
