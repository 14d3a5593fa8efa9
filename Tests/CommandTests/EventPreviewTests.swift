import Bytes
import Configuration
import Projections
import Records
import Testing

@testable import LanternCommand

@Suite struct `What a parked event would do now` {
    private func preview(_ value: String?) throws -> EventPreview {
        let plan = try Configuration.parse(text: SampleTests.file).projections[0]
        let (key, bytes) = (Array("o-1".utf8), Array((value ?? "").utf8))
        let event = Event(
            topic: 0, partition: 3, offset: 7, timestamp: 1, key: key.span, value: value == nil ? nil : bytes.span,
            headers: HeaderList())
        let headers = HeaderList()
        headers.append(name: Array("source".utf8).span, value: Array("web".utf8).span)
        let record = ParkedRecord(event, headers: headers, view: nil, reason: "before")
        return EventPreview(record, topic: "orders", partition: 3, plan, limits: Limits())
    }

    @Test func `is shown as commands, under the definition as it is`() throws {
        let placed = try preview(#"{"type":"OrderPlaced","orderId":"o-1","total":5}"#)
        #expect(placed.reason == nil && !placed.isIgnored)
        #expect(placed.commands.contains("HSET order:o-1 total 5"), "\(placed.commands)")
        #expect(placed.commands.contains { $0.hasPrefix("INCRBY types:web 1") }, "\(placed.commands)")
        let deleted = try preview(nil)
        #expect(
            deleted.commands == ["DEL order:o-1"] || deleted.commands == ["UNLINK order:o-1"], "\(deleted.commands)")
    }

    @Test func `is that it would be parked again, with the reason`() throws {
        let bad = try preview(#"{"type":"OrderPlaced","orderId":"o-2","total":5}"#)
        #expect(bad.commands.isEmpty && bad.reason?.contains("o-2") == true, "\(bad.reason ?? "")")
        #expect(bad.lines[0].hasPrefix("it would be parked again: "))
        #expect(try preview("no json").reason?.contains("not JSON") == true)
    }
}
