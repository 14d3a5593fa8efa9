import FakeRegistry
import Foundation
import Projections
import Testing

@testable import Registry

@Suite struct RegistryClientTests {
    private func words(_ reply: FakeRegistry.Reply, _ adjust: (inout RegistryOptions) -> Void = { _ in }) throws
        -> String
    {
        let registry = try FakeRegistry { _, _ in reply }
        defer { registry.close() }
        var options = RegistryOptions(url: registry.url)
        adjust(&options)
        do throws(RegistryError) {
            return try RegistryClient(options).schema(7).text
        } catch {
            return error.words.replacingOccurrences(of: registry.url, with: "URL")
        }
    }

    @Test func `a schema comes with those that it refers to, two deep, each before the one that needs it`() throws {
        let registry = try FakeRegistry { path, _ in
            switch path {
            case "/api/schemas/ids/7": FakeRegistry.schema("A", references: [("B", "b/x", 2), ("C", "c", 1)])
            case "/api/subjects/b%2Fx/versions/2": FakeRegistry.schema("B", references: [("C", "c", 1)])
            case "/api/subjects/c/versions/1": FakeRegistry.schema("C")
            default: FakeRegistry.Reply(500)
            }
        }
        defer { registry.close() }
        let schema = try RegistryClient(RegistryOptions(url: "\(registry.url)/api/")).schema(7)
        #expect(schema == WriterSchema(.avro, "A", references: ["C", "B"]))
    }

    @Test(arguments: [40401, 40402, 40403])
    func `only the registry's own word says that a schema does not exist`(code: Int) throws {
        let reply = FakeRegistry.Reply(404, #"{"error_code":\#(code),"message":"Schema not found"}"#)
        #expect(try failure(reply) == .unknown("the registry at URL has no schema 7"))
    }

    @Test(arguments: [
        ("<html>\n<h1>Not Found</h1>", "<html> <h1>Not Found</h1>"), ("", "nothing"),
        (#"{"error_code":404,"message":"HTTP 404 Not Found"}"#, #"{"error_code":404,"message":"HTTP 404 Not Found"}"#),
        (#"{"code":40403}"#, #"{"code":40403}"#),
        (String(repeating: "é", count: 500), String(repeating: "é", count: 100) + "…"),
    ])
    func `another 404 is a proxy's or a wrong path's, and says what came`(body: String, shown: String) throws {
        #expect(
            try failure(FakeRegistry.Reply(404, body))
                == .failed(
                    "URL/schemas/ids/7 answered 404, and not as a schema registry does, with \(shown): check `url` under `registry:`"
                ))
    }

    @Test func `a registry that cannot look up GUIDs is said to be one`() throws {
        let registry = try FakeRegistry { _, _ in
            FakeRegistry.Reply(404, #"{"error_code":404,"message":"HTTP 404 Not Found"}"#)
        }
        defer { registry.close() }
        let guid = try #require(SchemaGUID("00112233-4455-6677-8899-aabbccddeeff"))
        let error = #expect(throws: RegistryError.self) {
            try RegistryClient(RegistryOptions(url: registry.url)).schema(.guid(guid))
        }
        guard case .failed(let words)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains("no look-up by GUID"), "\(words)")
    }

    private func failure(_ reply: FakeRegistry.Reply) throws -> RegistryError? {
        let registry = try FakeRegistry { _, _ in reply }
        defer { registry.close() }
        do throws(RegistryError) {
            _ = try RegistryClient(RegistryOptions(url: registry.url)).schema(7)
            return nil
        } catch {
            func short(_ words: String) -> String { words.replacingOccurrences(of: registry.url, with: "URL") }
            return switch error {
            case .unknown(let words): .unknown(short(words))
            case .failed(let words): .failed(short(words))
            }
        }
    }

    @Test(arguments: [
        (401, "the registry at URL refused (401) to give schema 7: check `user` and `password-file` under `registry:`"),
        (500, "the registry at URL answered 500 to a request for schema 7"),
        (302, "the registry at URL answered 302 to a request for schema 7"),
    ])
    func `what a registry refuses is said in words`(status: Int, expected: String) throws {
        #expect(try words(FakeRegistry.Reply(status, headers: ["Location: http://127.0.0.1:1/"])) == expected)
    }

    @Test func `a reply that is not JSON, and none at all, are failures`() throws {
        #expect(
            try words(FakeRegistry.Reply(200, "<html>"))
                == "the registry at URL answered a request for schema 7 with something else than JSON")
        let silence = try words(.silent) { $0.milliseconds = 200 }
        #expect(silence.hasPrefix("the registry at URL cannot be reached: "))
    }

    @Test func `the same reason has the same words, however many milliseconds it took`() throws {
        let silence = try words(.silent) { $0.milliseconds = 100 }
        #expect(try words(.silent) { $0.milliseconds = 250 } == silence)
        let refused = #expect(throws: RegistryError.self) {
            try RegistryClient(RegistryOptions(url: "http://127.0.0.1:1")).schema(7)
        }
        #expect(refused?.words.hasSuffix("to server: Connection refused") == true, "\(refused?.words ?? "")")
    }

    @Test func `user and password are sent, and a new password is read from its file`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "lantern-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("first\n".utf8).write(to: file)
        let registry = try FakeRegistry { _, head in
            head.contains("Authorization: Basic \(Data("u:second".utf8).base64EncodedString())")
                ? FakeRegistry.schema("A") : FakeRegistry.Reply(401)
        }
        defer { registry.close() }
        var options = RegistryOptions(url: registry.url)
        options.user = "u"
        options.passwordFile = file.path
        let client = RegistryClient(options)
        #expect(throws: RegistryError.self) { try client.schema(1) }
        try Data("second\n".utf8).write(to: file)
        #expect(try client.schema(1).text == "A")
        options.passwordFile = "/nonexistent"
        #expect {
            try RegistryClient(options).schema(1)
        } throws: { ($0 as? RegistryError)?.words.contains("/nonexistent cannot be read") == true }
    }
}
