import Projections
import Records
import Testing

@Suite struct CheckpointTests {
    @Test func `a checkpoint is read back as it was written`() {
        var checkpoint = Checkpoint(next: 42, confirmed: 40, writer: "9f", time: 7)
        #expect(String(decoding: checkpoint.text, as: UTF8.self) == "next=42 confirmed=40 writer=9f time=7")
        #expect(Checkpoint(text: checkpoint.text) == checkpoint)
        checkpoint.anchor = .init(offset: 41, hash: 0x0123_4567_89ab_cdef)
        checkpoint.changes = .init(offset: 40, hash: 1)
        checkpoint.atEnd = 9
        checkpoint.turn = 2
        #expect(
            String(decoding: checkpoint.text, as: UTF8.self)
                == "next=42 confirmed=40 writer=9f time=7 anchor=41:0123456789abcdef changes=40:0000000000000001 at-end=9 turn=2"
        )
        #expect(Checkpoint(text: checkpoint.text) == checkpoint)
    }

    @Test func `a later version may add words, and their order says nothing`() {
        let text = "later=x writer=9f  time=-1 confirmed=40 next=9223372036854775807"
        #expect(Checkpoint(text: Array(text.utf8)) == Checkpoint(next: .max, confirmed: 40, writer: "9f"))
    }

    @Test(arguments: [
        "", "next=1", "next=9223372036854775808 confirmed=1 writer=a time=1", "next=+1 confirmed=1 writer=a time=1",
        "next= confirmed=1 writer=a time=1", "next=2 confirmed=- writer=a time=1", "next=1 confirmed=1 writer time=1",
        "next=1 confirmed=1 writer=a time=1 anchor=1:00000000000000001", "next=1 confirmed=2 writer=a time=1",
        "next=-1 confirmed=-1 writer=a time=1",
        "next=1 confirmed=1 writer=a time=1 anchor=", "next=1 confirmed=1 writer=a time=1 anchor=1:xyz",
        "next=1 confirmed=1 writer=a time=1 changes=1",
    ])
    func `what somebody else wrote is none`(text: String) {
        #expect(Checkpoint(text: Array(text.utf8)) == nil)
    }
}
