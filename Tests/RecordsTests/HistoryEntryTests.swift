import PatientRedis
import Records
import Redis
import RedisServer
import Testing

@Suite struct HistoryEntryTests {
    @Test func `a line is read back as it was written, whatever is in it`() {
        let entry = HistoryEntry(
            time: 7, who: "ann smith@host", exitCode: 1, command: "lantern promote --config a=b.yaml",
            result: "refused:\nthe build lags")
        #expect(entry.who == "ann-smith@host")
        #expect(entry.result == "refused: the build lags")
        #expect(HistoryEntry(text: entry.text) == entry)
        for other in ["", "time=1 who=a exit=0", "time=x who=a exit=0\na\nb", "time=1 who=a\na\nb"] {
            #expect(HistoryEntry(text: other) == nil)
        }
    }

    @Test func `the history keeps its newest lines, with the time by Redis's clock`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        for number in 0...HistoryEntry.limit {
            try HistoryEntry(who: "a@b", command: "drop", result: "\(number)").write(&redis)
        }
        #expect(try redis.command("LLEN", KeySpace.history).integer == Int64(HistoryEntry.limit))
        let newest = try HistoryEntry.newest(2, &redis)
        #expect(newest.map(\.result) == ["\(HistoryEntry.limit)", "\(HistoryEntry.limit - 1)"])
        #expect(newest[0].time > 1_600_000_000_000)
    }
}
