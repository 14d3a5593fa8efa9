import Records
import Testing

@testable import Worker

@Suite struct `The choice of a generation` {
    private func choice(_ found: [(database: Int, number: Int, fingerprint: String)], number: Int? = nil)
        -> GenerationChoice
    {
        let places = found.map { place in
            GenerationPlace(
                database: place.database,
                record: GenerationRecord(
                    number: place.number, identifier: "1000000\(place.number)", fingerprint: place.fingerprint))
        }
        return GenerationChoice(home: 0, projections: ["p"], places: [places], number: number)
    }

    private func words(_ body: () throws -> Int) -> String {
        do { return "database \(try body())" } catch { return "\(error)" }
    }

    @Test func `a build is the one of the file's definition; several need a number`() {
        let one = choice([(0, 1, "old"), (15, 2, "new")])
        #expect(words { try one.build(of: ["new"]) } == "database 15")
        #expect(words { try one.build(of: ["old"]) }.contains("is live already (database 0: p generation 1)"))
        #expect(
            words { try one.build(of: ["else"]) }.contains("Beside what is live there is: database 15: p generation 2"))
        let several = [(0, 1, "old"), (14, 3, "new"), (15, 2, "new")]
        #expect(words { try choice(several).build(of: ["new"]) }.contains("--generation N"))
        #expect(words { try choice(several, number: 3).build(of: ["new"]) } == "database 14")
        #expect(words { try choice(several, number: 7).build(of: ["new"]) }.contains("with number 7"))
        #expect(words { try choice([(0, 1, "old")]).build(of: ["new"]) }.contains("lantern rebuild"))
    }

    @Test func `a build that stops at a point of the log is never promoted`() {
        var one = choice([(0, 1, "old"), (15, 2, "new")])
        one.stopping = [15]
        #expect(words { try one.build(of: ["new"]) }.contains("there is no database with a build"))
    }

    @Test func `the way back leads to what was live last, never to a build`() {
        let found = [(0, 3, "c"), (13, 4, "d"), (14, 2, "b"), (15, 1, "a")]
        let back = choice(found)
        #expect(words { try back.previous(liveUntil: [15: 100, 14: 200]) } == "database 14")
        #expect(
            words { try back.previous(liveUntil: [:]) }.contains("there is no database with a generation that was live")
        )
        #expect(words { try choice(found, number: 1).previous(liveUntil: [15: 100, 14: 200]) } == "database 15")
        #expect(
            words { try choice(found, number: 4).previous(liveUntil: [15: 100, 14: 200]) }.contains("with number 4"))
    }
}
