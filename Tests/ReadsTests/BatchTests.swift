import Configuration
import Projections
import Records
import Testing

@testable import Reads

@Suite struct `Requests that are read together` {
    private let plans: [ProjectionPlan]

    init() throws { plans = try Configuration.parse(text: ReadStage.file).projections }

    private func request(_ view: String, _ question: RowQuestion, of subject: Int = 0, after: Int64? = nil) throws
        -> ReadRequest
    {
        let found = try #require(plans[subject].views.first { $0.name == view })
        var request = ReadRequest([ReadPart(name: view, subject: subject, view: found, question: question)])
        request.condition.after = OffsetList(after.map { [place($0)] } ?? [])
        return request
    }

    private func place(_ offset: Int64) -> OffsetList.Place { .init(topic: "orders", partition: 0, offset: offset) }

    private func answer(_ keys: [String?], parked: Set<OffsetList.Place> = []) -> ReadAnswer {
        let parts = keys.map { key in
            ReadAnswer.Part.row(key.map { StoredRow(key: Array($0.utf8), content: .fields([])) })
        }
        return ReadAnswer(
            subjects: [0], vectors: [], parts: parts, degraded: keys.map { $0 == "b" }, parked: parked)
    }

    private func row(_ key: String) -> RowQuestion { .row(Array(key.utf8), limit: 10) }

    @Test func `those for a row of one projection are one transaction, and each gets its own of the answer`() throws {
        let requests = try [
            request("order", row("a"), after: 5), request("client", row("c"), of: 1),
            request("revenue", row("b"), after: 7),
            request("order", .rows([])),
        ]
        let batch = ReadBatch(requests)
        let transactions = batch.transactions
        #expect(transactions.map { $0.parts.map(\.name) } == [["order", "revenue"], ["client"], ["order"]])
        #expect(transactions[0].condition.after.places == [place(5), place(7)])

        let together = answer(["a", "b"], parked: [place(7)])
        let results = batch.results([.success(together), .failure(.busy), .success(answer([nil]))])
        let first = try #require(try results[0]?.get())
        let second = try #require(try results[2]?.get())
        #expect(first.parts == [together.parts[0]] && first.degraded == [false] && first.parked.isEmpty)
        #expect(second.parts == [together.parts[1]] && second.degraded == [true] && second.parked == [place(7)])
        #expect(throws: ReadFailure.busy) { try results[1]?.get() }
        #expect(try results[3]?.get().parts == [.row(nil)])
    }

    @Test func `where Redis refuses one of them, each is to be read by itself`() throws {
        let batch = ReadBatch(try [request("order", row("a")), request("order", row("b"))])
        #expect(batch.results([.failure(.refused("WRONGTYPE"))]).allSatisfy { $0 == nil })
        #expect(batch.results([.failure(.unavailable("gone"))]).count { $0 != nil } == 2)
        let alone = ReadBatch([try request("order", row("a"))])
        #expect(alone.results([.failure(.refused("WRONGTYPE"))]).count { $0 != nil } == 1)
    }
}
