import Testing

@Suite struct Placeholder {
    @Test func `the module builds`() { #expect(Bool(true)) }
}
