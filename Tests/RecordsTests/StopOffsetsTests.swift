import Records
import Testing

@Suite struct StopOffsetsTests {
    @Test func `offsets are read back as they were written`() throws {
        let stops = try #require(StopOffsets(text: "t:1:5,t:0:7,u.v:3:0"))
        #expect(stops["t", 0] == 7 && stops["u.v", 3] == 0 && stops["t", 2] == nil)
        #expect(stops.text == "t:0:7,t:1:5,u.v:3:0")
        #expect(StopOffsets(text: stops.text) == stops)
        #expect(stops.limited(to: ["t"]).text == "t:0:7,t:1:5")
    }

    @Test(arguments: ["", "t", "t:1", "t:1:x", "t:-1:1", "t:1:-1", ":1:1", "t:1:1,"])
    func `anything else is none`(text: String) {
        #expect(StopOffsets(text: text) == nil)
    }
}
