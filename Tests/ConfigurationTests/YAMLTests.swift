import Configuration
import Projections
import Testing

@Suite struct `YAML as the file may use it` {
    @Test func `an unknown name is refused with the nearest known one`() {
        expectFault(file("projectoins: {}\n"), at: "3:1", "unknown name `projectoins`", "did you mean `projections`?")
    }

    @Test func `an empty file says what it needs`() {
        for text in ["", "# nothing\n", "---\n", "~"] { expectFault(text, at: "1:1", "`kafka`", "`projections`") }
    }

    @Test func `a name may occur once`() {
        expectFault(
            file("log: {}\nworker: { lanes: 2, lanes: 3 }\nprojections: \(minimal)"), at: "4:21",
            "`lanes` occurs twice",
            "first at 4:11")
    }

    @Test func `a second document is refused`() {
        expectFault(file("projections: \(minimal)\n---\na: 1"), at: "4:1", "second document")
    }

    @Test func `merge keys are refused`() {
        expectFault(file("x: &a { b: 1 }\nworker:\n  <<: *a\n"), at: "5:3", "merge keys")
    }

    @Test func `tags are refused`() {
        expectFault(file("worker: { lanes: !!int 3 }"), at: "3:18", "tag")
    }

    @Test func `anchors are followed`() throws {
        let text = view("hash: &k \"v:{id}\"\nevents: { A: &r { set: { a: 1 } }, B: *r, C: delete }")
        let plan = try plan(text)
        #expect(plan.rules[0].rules == plan.rules[1].rules)
        #expect(plan.rules.count == 3)
    }

    @Test func `an unknown anchor and one inside itself are refused`() {
        expectFault(file("worker: *abc"), at: "3:9", "no anchor `&abc`")
        expectFault(file("worker: &abc { lanes: *abc }"), at: "3:23", "inside its own anchor")
    }

    @Test func `a billion laughs are refused and take no time`() {
        var text = "a: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
        for level in 1...12 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "b\(level): &a\(level) [\(aliases)]\n"
        }
        expectFault(text, at: "6:10", "too many")
    }

    @Test func `depth and size have bounds`() {
        expectFault(String(repeating: "[", count: 100_000), at: "1:65", "nested deeper than 64 levels")
        expectFault(String(repeating: "a", count: 1 << 21), at: "1:1", "larger than")
    }

    @Test func `what is not YAML is reported with its place`() {
        expectFault("kafka: [", at: "2:1", "not valid YAML")
        expectFault(file("worker: {@key}"), at: "3:10", "not valid YAML", "quotes")
        expectFault(file("worker: { group: ${A} }"), at: "3:19", "not valid YAML", "`${NAME}`, must be in quotes")
        expectFault("a: \u{1}", at: "1:4", "not UTF-8")
    }

    @Test func `bytes that are no text are refused`() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.parse(bytes: [0x61, 0x3A, 0x20, 0xFF, 0xFE, 0xFF], file: "f", environment: [:])
        }
        #expect(error?.diagnostics.count == 1)
    }

    @Test func `plain values are text as written`() throws {
        let plan = try plan(
            view("hash: \"v:{id}\"\nevents: { A: { set: { a: yes, b: 007, c: 1.50, d: \"\", e: '$$x' } } }"))
        let texts = plan.rules[0].rules[0].changes.map { change in
            if case .setField(_, .constant(let constant)) = change {
                return constant.text + (constant.isJSON ? "!" : "")
            }
            return "?"
        }
        #expect(texts == ["yes", "007", "1.50", "", "$x"])
    }

    @Test func `a missing file is told with the reason`() {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(path: "/nowhere/lantern.yaml", environment: [:])
        }
        #expect(error?.code == .notReadable)
        #expect(error?.description == "/nowhere/lantern.yaml:1:1: the file cannot be opened: No such file or directory")
    }

    @Test func `a message stays on its line`() {
        expectFault(
            file("\"lo\\n\\e[31mg\": {}\nprojections: \(minimal)"), at: "3:1", "`lo\\n\\u{1b}[31mg`")
    }

    @Test func `all that is wrong is told at once, in the file's order`() {
        let found = faults(
            "kafka: { group.id: g }\nredis: http://x\nlog: { level: loud }\nworkr: {}\nprojections: {}\n")
        #expect(
            found.map { $0.split(separator: " ")[0] } == [
                "f:1:8:", "f:1:10:", "f:2:8:", "f:3:15:", "f:4:1:", "f:5:14:",
            ],
            "\(found)")
    }
}

/// The smallest right `projections:`.
let minimal =
    "{ p: { version: 1, topics: [t], views: { v: { hash: \"v:{@key}\", events: { \"*\": { set: all } } } } } }"

@Suite struct `Environment variables` {
    private func host(_ value: String, _ environment: [String: String]) throws -> String {
        try parse("kafka:\n  bootstrap.servers: \(value)\nredis: redis://r\nprojections: \(minimal)", environment)
            .kafka[0].value
    }

    @Test func `are replaced in values`() throws {
        #expect(try host("${H}:${P:-9092}", ["H": "k"]) == "k:9092")
        #expect(try host("${H:-a}", ["H": ""]) == "a")
        #expect(try host("${H:-a}", ["H": "b"]) == "b")
        #expect(try host("a$${H}$b$", ["H": "b"]) == "a${H}$b$")
        #expect(try host("${H}", ["H": "${H}"]) == "${H}")
    }

    @Test func `cannot change the structure`() throws {
        let nasty = "x, a: b }\nredis: [1]\n- \"'*&"
        #expect(try host("${H}", ["H": nasty]) == nasty)
        #expect(try host("\"${H}\"", ["H": nasty]) == nasty)
    }

    @Test func `are not replaced in names`() {
        expectFault(
            file("${H}: 1\nprojections: \(minimal)"), at: "3:1", "unknown name `${H}`", environment: ["H": "log"])
    }

    @Test func `that are not set are an error at their line`() {
        expectFault(
            file("worker:\n  group: a${NOPE}\nprojections: \(minimal)"), at: "4:10", "`NOPE` is not set", "${NOPE:-…}")
    }

    @Test func `must be written right`() {
        for (value, word) in [
            ("a${", "without its `}`"), ("${1A}", "not a reference"), ("${}", "not a reference"),
            ("${A:-${B}}", "default"),
        ] {
            expectFault(file("worker: { group: \"\(value)\" }\nprojections: \(minimal)"), at: "3:18", word)
        }
    }
}
