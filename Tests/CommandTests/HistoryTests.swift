import CommandLine
import Records
import Testing

@testable import LanternCommand

@Suite struct `The history` {
    private func line(_ time: Int64, _ database: Int, _ result: String) -> HistoryLine {
        HistoryLine(HistoryEntry(time: time, who: "a@b", command: "lantern drop", result: result), database: database)
    }

    @Test func `of several home databases is one list, the newest line first`() {
        let lines = [line(9, 0, "d"), line(5, 0, "b"), line(5, 0, "a"), line(7, 3, "c")]
        #expect(HistoryLine.merged(lines, limit: 9).map(\.result) == ["d", "c", "b", "a"])
        #expect(HistoryLine.merged(lines, limit: 2).map(\.result) == ["d", "c"])
        #expect(line(1_767_225_600_123, 0, "").moment == "2026-01-01T00:00:00Z")
    }

    @Test func `has the command as it was typed`() {
        #expect(
            CommandHistory.line(["promote", "--config", "my file.yaml", ""])
                == "lantern promote --config 'my file.yaml' ''")
    }

    @Test func `says what came of requests about parked events`() {
        func answer(_ place: String, _ words: String?) -> ParkedRequests.Answer {
            ParkedRequests.Answer(place: place, answer: words)
        }
        #expect(
            ParkedRequests.summary([answer("orders:3:1041", "done: skipped")], of: "orders")
                == "orders, orders:3:1041: done: skipped")
        #expect(ParkedRequests.summary([answer("o:0:1", nil)], of: "orders") == "orders, o:0:1: queued")
        let several = [answer("o:0:1", "done: released"), answer("o:0:2", "still bad"), answer("o:0:3", nil)]
        #expect(ParkedRequests.summary(several, of: "orders") == "orders, 3 requests: 1 done, 1 not, 1 queued")
    }

    @Test func `rates are numbers of events, or none`() throws {
        func change(_ rest: String) throws -> RateChange? {
            let words = "rebuild --config c \(rest)".split(separator: " ").map(String.init)
            guard case .command(let parsed) = try CommandParser(CommandTree.root).parse(words) else { return nil }
            return try (CommandTree.command(for: parsed) as? RebuildCommand)?.rateChange
        }
        #expect(try change("") == nil)
        #expect(try change("--set-rate 5_000") == .limit(5_000))
        #expect(try change("--set-rate 0") == .unlimited && change("--set-rate unlimited") == .unlimited)
        for wrong in ["--set-rate fast", "--set-rate=-1", "--set-rate 5 --abort"] {
            #expect(throws: UsageError.self) { try change(wrong) }
        }
    }
}
