import Records
import Testing

@Suite struct KeySpaceTests {
    private let keys = KeySpace(projection: "p")

    @Test func `a key tells whose it is, and what it holds of it`() throws {
        let expected = [
            (keys.generation, "generation"), (keys.about, "about"), (keys.growth, "growth"), (keys.damage, "damage"),
            (keys.checkpoint("t:u", 3), "checkpoint"), (keys.parked("t", 3), "parked"),
            (keys.parkedIndex("t", 3), "parked-index"), (keys.changes, "changes"), (keys.schemas, "schemas"),
        ]
        #expect(Set(expected.map(\.1)) == KeySpace.kindsOfGeneration)
        for (key, kind) in expected + [(keys.ledger, "ledger"), (keys.answer("i"), "answer")] {
            let owner = try #require(KeySpace.owner(of: Array(key.utf8)))
            #expect(owner.projection == "p" && owner.kind == kind)
        }
    }

    @Test(arguments: [KeySpace.claims, KeySpace.history, KeySpace.scratch("bench.1") + "row:1", "row:1:2", "lantern"])
    func `what belongs to no projection has no owner`(key: String) {
        #expect(KeySpace.owner(of: Array(key.utf8)) == nil)
    }
}
