import Records
import Testing

@Suite struct ChangeEntryTests {
    @Test func `keys are read as they were written`() {
        #expect(
            ChangeEntry(text: Array("9:order:o-13:a:b0:".utf8))?.keys == [
                Array("order:o-1".utf8), Array("a:b".utf8), [],
            ])
        #expect(ChangeEntry(text: [])?.keys == [])
    }

    @Test(arguments: ["1", ":", "2:a", "x:a", "-1:a", "99999999:a", "1:ab"])
    func `another text is none`(text: String) { #expect(ChangeEntry(text: Array(text.utf8)) == nil) }
}
