import Testing

@testable import Configuration

@Suite struct MessageTests {
    @Test func `a tab in the indentation is called a tab`() {
        expectFault("kafka:\n\tbootstrap.servers: b\n", at: "2:1", "a tab in the indentation")
    }

    @Test func `an invisible character in a name is shown`() {
        expectFault(file("projec\u{200B}tions: {}\n"), at: "3:1", "projec\\u{200b}tions")
    }

    @Test func `a secret in an address that cannot be read is not echoed`() {
        for address in ["HOST:6380,password=hidden,ssl=True", "redis://HOST?password=hidden", "redis://:hidden"] {
            let found = faults("kafka: { bootstrap.servers: b }\nredis: \"\(address)\"\nprojections: {}\n")
            #expect(!found.isEmpty)
            #expect(!found.joined().contains("hidden"), "\(found)")
        }
    }
}
