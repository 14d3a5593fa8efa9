import Testing

@testable import Records

@Suite struct VerifiedRowsTests {
    @Test func `are read as they were written, and add up`() {
        let rows = VerifiedRows(at: 5, same: 10, different: 2)
        #expect(VerifiedRows(text: rows.text) == rows)
        #expect(rows.adding(same: 3, different: 1, at: 9) == VerifiedRows(at: 9, same: 13, different: 3))
        for text in ["", "at=1", "at=1 same=x different=0", "at=1 same=2 different", "same=1 different=2"] {
            #expect(VerifiedRows(text: text) == nil, "\(text)")
        }
    }
}
