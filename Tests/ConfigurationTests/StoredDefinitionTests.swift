import Configuration
import Projections
import Testing

@Suite struct `A stored definition` {
    private func parse(_ projections: String, redis: String = "redis://r") throws -> Configuration {
        try Configuration.parse(
            text: "kafka: { bootstrap.servers: b }\nredis: \(redis)\nprojections:\n\(projections)", file: "f",
            environment: ["TOPIC": "a${b"])
    }

    @Test func `gives the plan of the demo's file again`() throws {
        let configuration = try Configuration.load(path: repositoryFile("deploy/demo/lantern.yaml"), environment: [:])
        for plan in configuration.projections {
            let text = try #require(configuration.definitions[plan.name])
            #expect(try StoredDefinition.plan(plan.name, text) == plan)
        }
    }

    @Test func `keeps what is quoted, typed or escaped, and the environment's values`() throws {
        let configuration = try parse(
            """
              p:
                version: 1
                database: 3
                topics: { t: { key: $.k }, "u.v": }
                type: '{@header.type}'
                views:
                  d:
                    document: "d:{k}"
                    from: t
                    events:
                      A: { set: { a: 1, b: "1", c: true, d: 'true', e: -1.50, f: "x \\"y\\" \\\\ \\u0007", g: $.a?, h: $$x, i: 007 } }
                      "B: c": { when: { $.x: [null, 1, "null"] }, set: { a: "${TOPIC}", b: "#", c: "- a", d: "{@key}" } }
                      tombstone: delete
            """)
        let text = try #require(configuration.definitions["p"])
        #expect(try StoredDefinition.plan("p", text) == configuration.projections[0])
        #expect(!text.contains("database"))
    }

    @Test func `does not depend on where the generation is, and neither does the fingerprint`() throws {
        func projection(_ more: String) -> String {
            "  p: { version: 1, topics: [t], views: { v: { hash: \"v:{a}\", events: { \"*\": { increment: { n: 1 } } } } }\(more) }"
        }
        let (one, other) = (try parse(projection("")), try parse(projection(", database: 7")))
        #expect(one.definitions == other.definitions)
        #expect(fingerprint(of: one.projections[0]) == fingerprint(of: other.projections[0]))
        #expect(one.database(of: "p") == 0 && other.database(of: "p") == 7)
    }

    @Test func `a text of a later version is refused and names the projection`() throws {
        let error = #expect(throws: ConfigurationError.self) { try StoredDefinition.plan("p", "{version: 1, new: x}") }
        #expect(error?.description.contains("the stored definition of p") == true)
    }
}

@Suite struct `Databases` {
    private func faults(redis: String = "{ url: \"redis://r/2\" }", _ projections: String) -> String {
        do {
            _ = try Configuration.parse(
                text: "kafka: { bootstrap.servers: b }\nredis: \(redis)\nprojections:\n\(projections)", file: "f",
                environment: [:])
            return ""
        } catch { return error.description }
    }

    private func projection(_ name: String, _ more: String = "") -> String {
        "  \(name): { version: 1, topics: [t], views: { v: { hash: \"v:{a}\", events: { \"*\": { increment: { n: 1 } } } } }\(more) }\n"
    }

    @Test func `projections in different databases may make the same keys, in one they may not`() {
        #expect(faults(projection("p") + projection("q", ", database: 3")) == "")
        #expect(
            faults(projection("p") + projection("q", ", database: 2")).contains("could make the same key as view v"))
        #expect(faults(projection("p") + projection("q")).contains("could make the same key as view v"))
    }

    @Test func `spare databases are numbers, each once, and hold nothing that is live`() throws {
        #expect(faults(redis: "{ url: \"redis://r/2\", spare: [14, 15] }", projection("p")) == "")
        #expect(faults(redis: "{ url: \"redis://r/2\", spare: [2] }", projection("p")).contains("the one of the URL"))
        #expect(faults(redis: "{ url: \"redis://r/2\", spare: [5, 5] }", projection("p")).contains("named twice"))
        #expect(faults(redis: "{ url: \"redis://r/2\", spare: x }", projection("p")).contains("whole number"))
        #expect(faults(redis: "{ url: \"redis://r/2\", spare: [-1] }", projection("p")).contains("whole number"))
        let taken = faults(redis: "{ url: \"redis://r/2\", spare: [5] }", projection("p", ", database: 5"))
        #expect(taken.contains("holds projection p"))
    }

    @Test func `what happens on a change is one of a few words`() throws {
        func worker(_ text: String) throws -> WorkerSettings {
            try Configuration.parse(
                text:
                    "kafka: { bootstrap.servers: b }\nredis: redis://r\nworker: \(text)\nprojections:\n\(projection("p"))",
                file: "f", environment: [:]
            ).worker
        }
        #expect(try worker("{ lanes: 2 }").onChange == .wait)
        #expect(try worker("{ on-change: rebuild }").onChange == .rebuild)
        #expect(try worker("{ on-change: promote }").onChange == .promote)
        #expect(throws: ConfigurationError.self) { try worker("{ on-change: now }") }
    }
}
