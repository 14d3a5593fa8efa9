import Bytes
import Formats
import Projections
import Testing

@testable import Worker

/// `verify --sample 1/N` folds all events and keeps the rows of the sample.
@Suite struct `A sample of the rows` {
    private func commands(_ projector: JSONProjector, key: String, isMerging: Bool) -> [UInt8] {
        let (record, value) = (Array(key.utf8), Array("{\"k\":\"\(key)\",\"n\":7}".utf8))
        var changes = Changeset()
        changes.isMerging = isMerging
        let headers = HeaderList()
        let outcome = projector.project(
            Event(
                topic: 0, partition: 0, offset: 0, timestamp: 0, key: record.span, value: value.span, headers: headers),
            into: &changes)
        #expect(outcome == .projected)
        var commands = CommandBuffer()
        changes.encode(into: &commands)
        return commands.bytes.array
    }

    @Test(arguments: [true, false])
    func `is always the same rows, whole, however a batch is made`(isMerging: Bool) throws {
        let plan = try Stage.plan(key: "p:{@key}")
        let sample = RowSample(share: 4)
        let (whole, some) = (JSONProjector(plan: plan), JSONProjector(plan: plan, sample: sample))
        var count = 0
        for number in 0..<400 {
            let key = "key-\(number)"
            let isKept = sample.contains(Array("p:\(key)".utf8).span)
            if isKept { count += 1 }
            let all = commands(whole, key: key, isMerging: isMerging)
            #expect(!all.isEmpty)
            #expect(commands(some, key: key, isMerging: isMerging) == (isKept ? all : []))
        }
        #expect((60...140).contains(count))
    }

    @Test func `of one in one is all`() {
        #expect(RowSample(share: 1).isAll && RowSample(share: 0).isAll && !RowSample(share: 2).isAll)
        let key = [UInt8](1...9)
        let isKept = RowSample.all.contains(key.span)
        #expect(isKept)
    }
}
