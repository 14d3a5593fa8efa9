import ChildProcess
import Foundation
import Projections
import Testing
import WebClient

@testable import Registry

/// Apicurio Registry 3.0.9, which others run: `../shared/registry` beside the package.
@Suite struct `A real registry` {
    private static let folder: String? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return ["../shared/registry", "../../shared/registry"]
            .map { package.appending(path: $0).standardizedFileURL.path }
            .first { FileManager.default.fileExists(atPath: "\($0)/apicurio-registry-app-3.0.9-runner.jar") }
    }()

    @Test(.enabled(if: folder != nil, "SKIPPED: no Apicurio Registry in ../shared/registry (and Java 17)"))
    func `schemas that were registered are found by their ids, with those that they refer to`() async throws {
        let folder = try #require(Self.folder)
        let work = FileManager.default.temporaryDirectory.appending(path: "lantern-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let port = Int.random(in: 20_000...28_000)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "java", "-Dquarkus.http.port=\(port)", "-Dquarkus.http.host=127.0.0.1", "-jar",
            "\(folder)/apicurio-registry-app-3.0.9-runner.jar",
        ]
        process.currentDirectoryURL = work
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try process.endWithTests()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let url = "http://127.0.0.1:\(port)/apis/ccompat/v7"
        let client = RegistryClient(RegistryOptions(url: url))
        let end = Date().addingTimeInterval(60)
        while Date() < end, process.isRunning {
            if case .unknown? = failure(client, 99) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
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
        #expect(try client.schema(first) == WriterSchema(.avro, inner))
        #expect(try client.schema(second) == WriterSchema(.avro, outer, references: [inner]))
        // As text, which Lantern does not read: the schema compiler says what to do.
        let proto = "syntax = \"proto3\"; message P { string id = 1; }"
        let third = try register("p", ["schemaType": "PROTOBUF", "schema": proto], url)
        #expect(try client.schema(third) == WriterSchema(.protobuf, proto))
    }

    private func failure(_ client: RegistryClient, _ id: UInt32) -> RegistryError? {
        do throws(RegistryError) {
            _ = try client.schema(id)
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
