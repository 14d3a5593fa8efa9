import FeedServer
import Foundation
import Projections
import Testing
import WebClient

@testable import Registry

/// Apicurio Registry 3.0.9, which others run: `../shared/registry` beside the package.
@Suite struct `A real registry` {
    @Test(
        .enabled(if: RegistryServer.isAvailable, "SKIPPED: no Apicurio Registry in ../shared/registry (and Java 17)"))
    func `schemas that were registered are found by their ids, with those that they refer to`() throws {
        let server = try RegistryServer()
        defer { server.stop() }
        let url = server.url
        let client = RegistryClient(RegistryOptions(url: url))
        #expect(failure(client, 99) == .unknown("the registry at \(url) has no schema 99"))
        let inner = #"{"type":"record","name":"Inner","fields":[{"name":"id","type":"string"}]}"#
        let outer = #"{"type":"record","name":"Outer","fields":[{"name":"inner","type":"Inner"}]}"#
        let first = try register("inner", ["schema": inner], url)
        let second = try register(
            "outer",
            [
                "schema": outer,
                "references": [["name": "Inner", "subject": "inner", "version": 1] as [String: any Sendable]],
            ], url)
        #expect(try client.schema(.id(first)) == WriterSchema(.avro, inner))
        #expect(try client.schema(.id(second)) == WriterSchema(.avro, outer, references: [inner]))
        // As text, which Lantern does not read: the schema compiler says what to do.
        let proto = "syntax = \"proto3\"; message P { string id = 1; }"
        let third = try register("p", ["schemaType": "PROTOBUF", "schema": proto], url)
        #expect(try client.schema(.id(third)) == WriterSchema(.protobuf, proto))
    }

    private func failure(_ client: RegistryClient, _ id: UInt32) -> RegistryError? {
        do throws(RegistryError) {
            _ = try client.schema(.id(id))
            return nil
        } catch { return error }
    }

    private func register(_ subject: String, _ body: [String: any Sendable], _ url: String) throws -> UInt32 {
        let data = try JSONSerialization.data(withJSONObject: body)
        let parts = try #require(URL(string: url))
        let client = try #require(HTTPClient(port: UInt16(parts.port ?? 0)))
        let reply = try #require(
            client.ask(
                "POST", "\(parts.path)/subjects/\(subject)/versions", ["Content-Type: application/json"],
                body: String(decoding: data, as: UTF8.self)))
        let object = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any]
        return UInt32(try #require(object?["id"] as? Int, "\(reply.body)"))
    }
}
