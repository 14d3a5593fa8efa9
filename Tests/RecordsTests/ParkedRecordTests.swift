import Bytes
import Projections
import Records
import Testing

@Suite struct ParkedRecordTests {
    private func record(value: [UInt8]) -> ParkedRecord {
        let headers = HeaderList()
        let key = Array("k".utf8)
        let event = Event(
            topic: 0, partition: 0, offset: 7, timestamp: 1, key: key.span, value: value.span, headers: headers)
        return ParkedRecord(event, headers: headers, view: nil, reason: "why")
    }

    @Test func `a value over the limit is left out, which is told apart from a tombstone`() throws {
        var small = record(value: [1, 2, 3, 4])
        small.leaveOutValue(over: 4)
        #expect(small.value == [1, 2, 3, 4] && small.leftOutBytes == nil)
        #expect(ParkedRecord(bytes: small.bytes) == small)
        var large = record(value: [1, 2, 3, 4, 5])
        large.leaveOutValue(over: 4)
        let read = try #require(ParkedRecord(bytes: large.bytes))
        #expect(read == large)
        #expect(read.value == nil && read.leftOutBytes == 5 && read.reason == "why" && read.key == [0x6B])
        // A foreign record's count of headers, twice which is beyond an integer.
        #expect(ParkedRecord(bytes: Array("7 1 -1 -1 -1 0 9223372036854775807 0\n".utf8)) == nil)
        #expect(ParkedRecord(bytes: Array("7 1 1 -9223372036854775808 -1 0 0\nk".utf8))?.leftOutBytes == nil)
    }
}
