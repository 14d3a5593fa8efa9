import Records
import Testing

@Suite struct GenerationRecordTests {
    @Test func `a record is read back as it was written`() {
        var record = GenerationRecord(number: 3, identifier: "1a2b3c4d", fingerprint: "f")
        #expect(record.text == "number=3 id=1a2b3c4d state=open fingerprint=f token= deadline=0")
        #expect(GenerationRecord(text: record.text) == record)
        record.state = .draining
        record.token = "t"
        record.deadline = 1_767_225_600_000
        #expect(GenerationRecord(bytes: Array(record.text.utf8)) == record)
    }

    @Test(arguments: [
        "", "garbled", "number=1", "number=x id=1 state=open fingerprint=f token= deadline=0",
        "number=1 id=1 state=live fingerprint=f token= deadline=0",
        "number=1 id=1 state=open fingerprint=f token=",
    ])
    func `what Lantern did not write is no record`(text: String) {
        #expect(GenerationRecord(text: text) == nil)
    }

    @Test func `bytes that are not UTF-8 are no record`() {
        #expect(GenerationRecord(bytes: [0xff, 0xfe]) == nil)
    }

    @Test func `an identifier has eight digits`() {
        for _ in 0..<100 { #expect(GenerationRecord.drawIdentifier().count == 8) }
    }
}
