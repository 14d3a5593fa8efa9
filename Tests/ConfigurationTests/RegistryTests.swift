import Projections
import Testing

@testable import Configuration

/// `registry:`, and topics whose events have schemas.
@Suite struct RegistrySettingsTests {
    /// Message `shop.Payment` with `id` and `cents`.
    static let payment =
        "base64:CkAKCnNob3AucHJvdG8SBHNob3AiJAoHUGF5bWVudBIKCgJpZBgBIAEoCRINCgVjZW50cxgCIAEoA2IGcHJvdG8z"

    private func text(_ topic: String, _ registry: String = "") -> String {
        """
        kafka: { bootstrap.servers: b }
        redis: redis://r
        \(registry.isEmpty ? "log: {}" : "registry: \(registry)")
        projections:
          p:
            version: 1
            topics: { t: \(topic) }
            views: { v: { hash: "o:{id}", events: { "*": { set: all } } } }
        """
    }

    private let avro = "{ encoding: avro, key: [$.id] }"

    @Test func `a registry is a URL or a map`() throws {
        #expect(try parse(text(avro, "http://r:1/api")).registry == RegistrySettings(url: "http://r:1/api"))
        let map = "{ url: https://r, user: u, password-file: /p, tls: { ca: a, cert: b, key: c } }"
        #expect(
            try parse(text(avro, map)).registry
                == RegistrySettings(
                    url: "https://r", user: "u", passwordFile: "/p", authority: "a", certificate: "b", key: "c"))
    }

    @Test func `what is wrong with a registry is said at its place`() {
        expectFault(text(avro), at: "5:3", "topic t of projection p has schemas that are in a registry", "`registry`")
        expectFault(text(avro, "ftp://r"), at: "3:11", "http:// or https://")
        expectFault(text(avro, "http://u:secret@r"), at: "3:11", "`user` and `password-file`")
        #expect(!faults(text(avro, "http://u:secret@r")).joined().contains("secret"))
        expectFault(text(avro, "{ url: http://r, password-file: f }"), at: "3:28", "`password-file` needs `user`")
        expectFault(text(avro, "{ url: http://r, tls: { ca: f } }"), at: "3:33", "https://")
        expectFault(text(avro, "{ url: https://r, tls: { cert: f } }"), at: "3:34", "`cert` and `key` belong together")
        expectFault(text(avro, "{ urls: http://r }"), at: "3:13", "did you mean `url`?")
    }

    @Test func `a topic says where its messages are described`() throws {
        func types(_ topic: String, _ registry: String = "") throws -> ProtobufTypes? {
            guard
                case .protobuf(let types)? = try parse(text(topic, registry)).projections.first?.topics[0].format
                    .encoding
            else { return nil }
            return types
        }
        #expect(try types("{ encoding: protobuf, key: [$.id] }", "http://r") == ProtobufTypes())
        let bare = try types(
            "{ encoding: protobuf, key: $.id, descriptors: \"\(Self.payment)\", message: shop.Payment }")
        #expect(bare?.message == "shop.Payment" && bare?.isFramed == false && bare?.descriptors?.count == 66)
        let framed = try types(
            "{ encoding: protobuf, key: [$.id], descriptors: \"\(Self.payment)\", frame: confluent }")
        #expect(framed?.message == nil && framed?.isFramed == true)
    }

    @Test func `what is wrong with descriptions of messages is said at its place`() {
        let start = "{ encoding: protobuf, key: $.id, descriptors: \"\(Self.payment)\""
        expectFault(
            text(start + ", message: shop.Paymnt }"), at: "7:172", "no message `shop.Paymnt`",
            "did you mean `shop.Payment`?")
        expectFault(text(start + " }"), at: "7:64", "`message`", "`frame: confluent`")
        expectFault(
            text("{ encoding: protobuf, key: $.id, message: m }", "http://r"), at: "7:51",
            "`message` needs `descriptors`")
        expectFault(
            text("{ key: $.id, message: m }"), at: "7:31", "`message` is an option of topics with `encoding: protobuf`")
        expectFault(
            text("{ encoding: protobuf, key: $.id, descriptors: /nonexistent, message: m }"), at: "7:64",
            "/nonexistent",
            "cannot be opened")
        expectFault(
            text("{ encoding: protobuf, key: $.id, descriptors: \"base64:AAAA\", message: m }"), at: "7:64",
            "this is not a descriptor set")
        expectFault(
            text("{ encoding: protobuf, key: [$.id], descriptors: \"\(Self.payment)\", message: shop.Payment }"),
            at: "7:45",
            "write `key` as one path")
    }

    @Test func `a stored definition has the descriptors in it, and is another one with others`() throws {
        let configuration = try parse(
            text("{ encoding: protobuf, key: $.id, descriptors: \"\(Self.payment)\", message: shop.Payment }"))
        let definition = try #require(configuration.definitions["p"])
        #expect(definition.contains(Self.payment))
        #expect(try StoredDefinition.plan("p", definition) == configuration.projections[0])
        var other = configuration.projections[0]
        other.topics[0].format.encoding = .protobuf(
            ProtobufTypes(descriptors: [1], message: "shop.Payment", isFramed: false))
        #expect(fingerprint(of: other) != fingerprint(of: configuration.projections[0]))
    }
}
