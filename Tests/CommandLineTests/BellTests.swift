import System
import Testing

@Suite struct `A bell` {
    @Test func `keeps one ring that nobody waited for, however often it was rung`() {
        let bell = Bell()
        for _ in 0..<1_000 { bell.ring() }
        #expect(bell.wait(nanoseconds: 0))
        #expect(!bell.wait(nanoseconds: 0))
        bell.ring()
        #expect(bell.wait(nanoseconds: 0))
    }

    @Test func `loses no ring between two threads`() throws {
        let (there, back) = (Bell(), Bell())
        try DetachedThread.start {
            for _ in 0..<10_000 {
                there.wait()
                back.ring()
            }
        }
        for round in 0..<10_000 {
            there.ring()
            try #require(back.wait(nanoseconds: 60_000_000_000), "round \(round)")
        }
    }
}
