import Records
import Testing

@testable import LanternCommand

@Suite struct `Until when` {
    @Test(arguments: [
        ("2026-11-25T10:00:00Z", Int64(1_795_600_800_000)), ("2026-11-25T10:00Z", 1_795_600_800_000),
        ("2026-11-25T11:00:00+01:00", 1_795_600_800_000), ("2026-11-25T10:00:00.250Z", 1_795_600_800_250),
    ])
    func `a time has a zone, and may leave out the seconds`(text: String, milliseconds: Int64) {
        #expect(RebuildUntil(text: text) == .time(milliseconds))
    }

    @Test func `offsets are those of partitions`() {
        #expect(RebuildUntil(text: "t:0:7,t:1:5") == StopOffsets(text: "t:0:7,t:1:5").map { .offsets($0) })
    }

    @Test(arguments: ["yesterday", "2026-11-25", "2026-11-25T10:00:00.5", "t:0", ""])
    func `all else is refused`(text: String) {
        #expect(RebuildUntil(text: text) == nil)
    }
}
