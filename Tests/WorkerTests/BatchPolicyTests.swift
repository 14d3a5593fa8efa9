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

    @Test func `it begins by merging, and streams where keys do not repeat`() {
        var policy = BatchPolicy(limit: 1_000)
        #expect(policy.isMerging)
        let closed = closings(&policy, commands: 100, offered: 100)
        #expect(closed == 6)
        #expect(!policy.isMerging)
    }

    @Test func `it goes on merging where a tenth is saved`() {
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

    @Test func `a transaction grows beyond its limit while its keys repeat, up to a bound`() {
        var policy = BatchPolicy(limit: 1_000)
        var commands = 1_000
        var offered: Int64 = 1_400
        let mayGrow = policy.mayGrow(commands: commands, offered: offered)
        #expect(mayGrow)
        // The keys of the next changes are known by now.
        while policy.room < 4_000 {
            commands += 50
            offered += 1_000
            let may = policy.mayGrow(commands: commands, offered: offered)
            #expect(may)
            if !may { return }
        }
        let mayGrowFurther = policy.mayGrow(commands: commands + 50, offered: offered + 1_000)
        #expect(!mayGrowFurther)
        policy.closed(commands: commands, offered: offered)
        #expect(policy.room == 1_000)
    }

    @Test func `a transaction of keys that do not repeat stays within its limit`() {
        var policy = BatchPolicy(limit: 1_000)
        let mayGrow = policy.mayGrow(commands: 1_000, offered: 1_050)
        #expect(!mayGrow)
        #expect(policy.room == 1_000)
    }

    @Test(arguments: [true, false])
    func `a test may fix how batches are filled`(merges: Bool) {
        var policy = BatchPolicy(limit: 10, merges: merges)
        let closed = closings(&policy, commands: 1_000, offered: merges ? 1_000 : 9_000)
        #expect(closed == 1_000)
        #expect(policy.isMerging == merges)
    }
}
