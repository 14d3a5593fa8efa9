import Testing

@testable import Worker

@Suite struct `How a lane fills its transactions` {
    /// Closes transactions of `commands` for `offered` changes until `isMerging` changes; how many it took, at most 1,000.
    private func closings(_ policy: inout BatchPolicy, commands: Int, offered: Int64) -> Int {
        let was = policy.isMerging
        for count in 1...1_000 {
            policy.closed(commands: commands, offered: offered)
            if policy.isMerging != was { return count }
        }
        return 1_000
    }

    @Test func `it begins by merging, and streams if keys do not repeat`() {
        var policy = BatchPolicy(limit: 1_000)
        #expect(policy.isMerging)
        let closed = closings(&policy, commands: 100, offered: 100)
        #expect(closed == 6)
        #expect(!policy.isMerging)
    }

    @Test func `it keeps merging if a tenth is saved`() {
        var policy = BatchPolicy(limit: 1_000)
        let closed = closings(&policy, commands: 890, offered: 1_000)
        #expect(closed == 1_000)
    }

    @Test func `while it streams it looks again now and then whether keys repeat by now`() {
        var policy = BatchPolicy(limit: 1_000)
        _ = closings(&policy, commands: 1_000, offered: 1_000)
        var closed = closings(&policy, commands: 0, offered: 0)
        #expect(closed == BatchPolicy.probe)
        #expect(policy.isMerging)
        // Still none: it streams on after the one that was merged.
        closed = closings(&policy, commands: 1_000, offered: 1_000)
        #expect(closed == 1)
    }

    /// Lets the policy's transaction grow by `commands` for each 1,000 changes as far as it may; returns its room then.
    private func grown(by commands: Int, isWaiting: Bool) -> Int {
        var policy = BatchPolicy(limit: 1_000)
        var all = 1_000
        // What it holds so far stands for as many changes as what follows does.
        var offered = Int64(1_000 * 1_000 / max(commands, 1))
        while policy.mayGrow(commands: all, offered: offered, isWaiting: isWaiting) {
            all += commands
            offered += 1_000
        }
        let room = policy.room
        policy.closed(commands: all, offered: offered)
        #expect(policy.room == 1_000)
        return room
    }

    @Test func `a transaction grows beyond its limit while its keys repeat, up to a bound`() {
        #expect(grown(by: 50, isWaiting: true) == 4_000)
        #expect(grown(by: 700, isWaiting: true) == 4_000)
        #expect(grown(by: 50, isWaiting: false) == 4_000)
    }

    @Test func `Redis is not left idle for a transaction whose keys repeat now and then`() {
        #expect(grown(by: 700, isWaiting: false) == 1_000)
        #expect(grown(by: 130, isWaiting: false) == 1_000)
    }

    @Test func `a transaction of keys that do not repeat stays within its limit`() {
        #expect(grown(by: 950, isWaiting: true) == 1_000)
        #expect(grown(by: 950, isWaiting: false) == 1_000)
    }

    @Test(arguments: [true, false])
    func `a test may fix how batches are filled`(merges: Bool) {
        var policy = BatchPolicy(limit: 10, merges: merges)
        let closed = closings(&policy, commands: 1_000, offered: merges ? 1_000 : 9_000)
        #expect(closed == 1_000)
        #expect(policy.isMerging == merges)
    }
}
