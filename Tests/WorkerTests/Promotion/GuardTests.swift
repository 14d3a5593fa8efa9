import Records
import Testing

@testable import Worker

/// What keeps a promotion from beginning, one fact at a time.
@Suite struct `Promotion guards` {
    private let subject = PromotionStage().subject

    private func facts(_ adjust: (inout PromotionFacts) -> Void) -> PromotionFacts {
        var facts = PromotionFacts(subject: subject)
        adjust(&facts)
        return facts
    }

    private func refusals(_ adjust: (inout PromotionFacts) -> Void, _ guards: PromotionGuards = PromotionGuards())
        -> [PromotionGuards.Refusal]
    { guards.refusals(facts(adjust)) }

    private func partition(_ live: (Int64, Int64), _ build: (Int64, Int64)?) -> PromotionFacts.Partition {
        PromotionFacts.Partition(
            projection: "p", topic: "t", partition: 0,
            live: Checkpoint(next: live.0, confirmed: 0, writer: "w", time: live.1),
            build: build.map { Checkpoint(next: $0.0, confirmed: 0, writer: "w", time: $0.1) })
    }

    @Test func `a build that lacks nothing passes`() {
        #expect(refusals { $0.partitions = [partition((5, 9_000), (5, 9_000))] } == [])
        #expect(refusals { $0.partitions = [partition((5, 9_000), (4, 8_000))] } == [])
    }

    @Test func `lag is judged by the records' times, and a build that is ahead or has read nothing is refused`() {
        func words(_ live: (Int64, Int64), _ build: (Int64, Int64)?) -> String {
            refusals { $0.partitions = [partition(live, build)] }.first?.message ?? ""
        }
        #expect(words((5, 9_000), (4, 7_999)).contains("is 1 events behind live (1001ms), more than --max-lag 1s"))
        #expect(words((5, 9_000), (0, -1)).contains("is 5 events behind live, more than"))
        #expect(words((5, 9_000), nil).contains("has no checkpoint"))
        #expect(words((5, 9_000), (6, 9_000)).contains("ahead of live at 5"))
        var patient = PromotionGuards()
        patient.maxLagMilliseconds = 2_000
        #expect(refusals({ $0.partitions = [partition((5, 9_000), (4, 7_999))] }, patient) == [])
    }

    @Test(
        arguments: [
            (100, 80, true), (100, 79, false), (1, 0, false), (0, 0, true), (10, 30, true), (10, nil, true),
            (nil, 0, true),
        ] as [(Int?, Int?, Bool)])
    func `a view that shrinks by more than a fifth or to nothing needs a word`(live: Int?, build: Int?, passes: Bool) {
        let adjust: (inout PromotionFacts) -> Void = { facts in
            facts.views = [.init(view: .init("p", "v"), live: live, build: build)]
        }
        #expect(refusals(adjust).isEmpty == passes)
        if !passes { #expect(refusals(adjust)[0].message.contains("pass --accept-shrink p.v;")) }
        for accepted in ["v", "p.v"] {
            var guards = PromotionGuards()
            guards.acceptedShrinks = [accepted]
            #expect(refusals(adjust, guards) == [])
        }
        var back = PromotionGuards()
        back.comparesRows = false
        #expect(refusals(adjust, back) == [])
    }

    @Test func `each of the other facts is one message that names it, and several are all named`() {
        let found = refusals { facts in
            facts.strangers = ["other"]
            facts.damage = ["p, t-0: it broke", "p, t-1: it broke"]
            facts.parked = [.init(projection: "p", name: "t:0:7")]
            facts.undecided = [.init(projection: "p", name: "t:0:8")]
            facts.foreign = [.init(database: 15, count: 3, sample: ["x:1"])]
            facts.server = ServerCondition(info: "rdb_bgsave_in_progress:1\r\n")
        }
        #expect(found.map(\.code) == ["projections", "damage", "parked", "ledger", "foreign-keys", "server"])
        let words = [
            "projection other", "it broke and 1 more", "event t:0:7", "event t:0:8", "such as x:1 and 2 more",
            "saving a snapshot",
        ]
        for (refusal, words) in zip(found, words) { #expect(refusal.message.contains(words), "\(refusal.message)") }
    }

    @Test func `force passes the guards on replicas and snapshots and no other`() {
        let info = """
            connected_slaves:2\r
            slave0:ip=10.0.0.1,port=6379,state=online,offset=10,lag=0\r
            slave1:ip=10.0.0.2,port=6379,state=send_bulk,offset=0,lag=0\r
            aof_rewrite_in_progress:0\r
            """
        let adjust: (inout PromotionFacts) -> Void = { facts in
            facts.server = ServerCondition(info: info)
            facts.strangers = ["other"]
        }
        #expect(refusals(adjust).map(\.code) == ["projections", "server"])
        #expect(refusals(adjust)[1].message.contains("replica 10.0.0.2:6379 is send_bulk"))
        var forced = PromotionGuards()
        forced.isForced = true
        #expect(refusals(adjust, forced).map(\.code) == ["projections"])
    }
}
