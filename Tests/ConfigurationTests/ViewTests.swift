import Configuration
import Projections
import Testing

@Suite struct `Views and their rules` {
    @Test func `a view needs a kind`() {
        expectFault(view("events: { A: delete }"), at: "10:9", "needs its kind", "`sorted-set`")
        expectFault(view("hsh: \"v:{id}\"\nevents: { A: delete }"), at: "10:9", "did you mean `hash`?")
        expectFault(view("hash: \"v:{id}\"\nset: \"w:{id}\"\nevents: { A: delete }"), at: "11:9", "already a hash")
    }

    @Test func `a view needs rules`() {
        expectFault(view("hash: \"v:{id}\""), at: "10:9", "needs `events`")
        expectFault(view("hash: \"v:{id}\"\nevents: {}"), at: "11:17", "`events` must be a map")
        expectFault(view("hash: \"v:{id}\"\non: { A: delete }"), at: "11:9", "did you mean `events`?")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { when: { $.a: 1 } } }"), at: "11:22", "changes nothing")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: }"), at: "11:22", "the rule is empty")
    }

    @Test(arguments: [
        ("order", "6:0"), ("{id}", "begin with text"), ("lantern:{id}", "Lantern's own"), ("lan{id}", "`lantern:`"),
        ("v:{a}{b}", "at least one `:`"), ("v:{a}-{b}", "at least one `:`"), ("v:{id", "without `}`"),
        ("v:id}", "without `{`"), ("v:{}", "empty name"), ("v:{a..b}", "empty name"), ("v:{a b}", "spaces"),
        ("v:{a[0]}", "no array indices"), ("v:{id?}", "optional"), ("v:{@kye}", "did you mean `{@key}`?"),
        ("v:{$.id}", "`{id}`"), ("v:{@header.}", "not an attribute of a record"),
    ])
    func `a key's template has its restrictions`(template: String, word: String) throws {
        let text = view("counter: \"\(template)\"\nevents: { A: { increment: 1 } }")
        if template == "order" {
            #expect(try plan(text).key.parts == [.literal("order")])
        } else {
            expectFault(text, at: "10:18", word)
        }
    }

    @Test func `a key of several parts`() throws {
        let plan = try plan(view("counter: \"v:{a.b}:x:{@header.h}:{@partition}\"\nevents: { A: { increment: 1 } }"))
        #expect(
            plan.key.parts == [
                .literal("v:"), .placeholder(.path(2)), .literal(":x:"), .placeholder(.header("h")), .literal(":"),
                .placeholder(.partition),
            ])
    }

    @Test(arguments: [
        ("$", "not a path"), ("$a", "written `$$a`"), ("$.", "not a path"), ("$.a..b", "empty name"),
        ("$.a[0]", "array"),
        ("$.a?.b", "only at the end"), ("$.a b", "spaces"), ("$.'a'", "quotes"),
        ("{@x}", "not an attribute of a record"),
        ("{@key", "not an attribute of a record"), ("{@header}", "`{@header.NAME}`"), ("null", "null cannot be set"),
        ("~", "null cannot be set"),
    ])
    func `values that are neither path nor constant are refused`(value: String, word: String) {
        let written = ["null", "~"].contains(value) ? value : "\"\(value)\""
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { set: { f: \(written) } } }"), at: "11:34", word)
    }

    @Test func `what a record has may stand where a path may`() throws {
        let plan = try plan(
            view(
                "hash: \"v:{id}\"\nevents: { A: { set: { a: \"{@key}\", b: \"{@timestamp}\", c: \"{@offset}\", "
                    + "d: \"{@header.x?}\", e: $.x.y?, f: \"{id}\" } } }"))
        #expect(
            plan.rules[0].rules[0].changes == [
                .setField("a", .key), .setField("b", .timestamp), .setField("c", .offset),
                .setField("d", .header("x", isOptional: true)), .setField("e", .path(2, isOptional: true)),
                .setField("f", .constant(.init("{id}"))),
            ])
    }

    @Test func `constants in documents keep their type`() throws {
        let plan = try plan(
            view(
                "document: \"v:{id}\"\nevents: { A: { set: { a: 1.50, b: \"1\", c: true, d: yes, e: 007, f: -1e3, g: $.g? } } }"
            ))
        guard case .setDocument(let fields) = plan.rules[0].rules[0].changes[0] else {
            Issue.record("no document")
            return
        }
        let shown = fields.map { field in
            if case .constant(let constant) = field.value { return constant.text + (constant.isJSON ? "!" : "") }
            return "path"
        }
        #expect(shown == ["1.50!", "1", "true!", "yes", "007", "-1e3!", "path"])
    }

    @Test func `numbers`() throws {
        let plan = try plan(
            view(
                "sorted-set: \"v\"\nmember: $.m\nevents: { A: { max: $.x? }, B: { max: { value: $.x, scale: 3 } }, C: { max: -1.5 }, D: { max: \"{@offset}\" } }"
            ))
        let changes = plan.rules.map { $0.rules[0].changes[0] }
        #expect(
            changes == [
                .maximum(NumberSource(.path(3, isOptional: true))), .maximum(NumberSource(.path(3), scale: 3)),
                .maximum(NumberSource(.constant(.init("-1.5")))), .maximum(NumberSource(.offset)),
            ])
        for (number, column, word) in [
            ("x", 32, "a number"), ("1.5", 32, "integer"), ("1e30", 32, "integer"), ("\"{@key}\"", 32, "always text"),
            ("{ value: $.a, scale: 16 }", 53, "from 0 to 15"), ("{ value: 1, scale: 2 }", 41, "needs a path"),
            ("{ value: $.a, scales: 2 }", 46, "did you mean `scale`?"), ("{ scale: 2 }", 32, "needs `value`"),
        ] {
            expectFault(view("counter: \"v\"\nevents: { A: { increment: \(number) } }"), at: "11:\(column + 3)", word)
        }
        #expect(try counted("5.0") == .increment(NumberSource(.constant(.init("5")))))
        #expect(try counted("-1e3") == .increment(NumberSource(.constant(.init("-1000")))))
    }

    private func counted(_ number: String) throws -> ChangePlan {
        try plan(view("counter: \"v\"\nevents: { A: { increment: \(number) } }")).rules[0].rules[0].changes[0]
    }

    @Test func `members`() throws {
        func member(_ text: String) throws -> MemberSource? {
            try plan(view("set: \"v\"\nmember: \"\(text)\"\nevents: { A: add }")).member
        }
        #expect(try member("$.m?") == .value(.path(2, isOptional: true)))
        #expect(try member("{m}") == .value(.path(2)))
        #expect(try member("{@key}") == .value(.key))
        #expect(try member("all") == .value(.constant(.init("all"))))
        #expect(
            try member("{@key}:{m}")
                == .template(TextTemplate(parts: [.placeholder(.key), .literal(":"), .placeholder(.path(2))])))
        #expect(
            try member("c{m}x")
                == .template(TextTemplate(parts: [.literal("c"), .placeholder(.path(2)), .literal("x")])))
        expectFault(view("set: \"v\"\nevents: { A: add }"), at: "10:9", "needs `member`")
        expectFault(view("hash: \"v:{id}\"\nmember: $.a\nevents: { A: delete }"), at: "11:9", "no members")
    }

    @Test func `options belong to their kinds`() {
        let latest = "latest: \"v\"\nmember: $.m\nevents: { A: add }"
        expectFault(view(latest), at: "10:9", "needs `keep`")
        expectFault(view(latest + "\nkeep: 0"), at: "13:15", "from 1 to 1000000")
        expectFault(view(latest + "\nkeep: 1\nretain: 1h"), at: "14:9", "option of buckets")
        let buckets = "buckets: \"v\"\nevents: { A: { increment: { n: 1 } } }"
        expectFault(view(buckets + "\nevery: 1m"), at: "10:9", "needs `retain`")
        expectFault(view(buckets + "\nevery: 1500ms\nretain: 1h"), at: "12:16", "whole seconds")
        expectFault(view(buckets + "\nevery: 500ms\nretain: 1h"), at: "12:16", "from 1s")
        expectFault(view(buckets + "\nevery: 1 m\nretain: 1h"), at: "12:16", "`24h`")
        expectFault(view(buckets + "\nevery: 1m\nretain: 1h\nttl: 1d"), at: "14:9", "expire by themselves")
    }

    @Test func `a kind has its own changes`() {
        expectFault(
            view("counter: \"v:{id}\"\nevents: { A: { set: { a: 1 } } }"), at: "11:24", "a counter has no `set`",
            "`increment`")
        expectFault(view("unique: \"v\"\nmember: $.m\nevents: { A: remove }"), at: "12:22", "a unique has no `remove`")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { sett: { a: 1 } } }"), at: "11:24", "did you mean `set`?")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: set }"), at: "11:22", "needs a value")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { delete: false } }"), at: "11:32", "does nothing")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { delete: true, unset: [a] } }"), at: "11:24", "must be alone")
        expectFault(view("hash: \"v:{id}\"\nevents: { A: { set: all, unset: [a] } }"), at: "11:24", "must be alone")
        expectFault(
            view("sorted-set: \"v:{id}\"\nmember: $.m\nevents: { A: { max: $.a, remove: true } }"), at: "12:34",
            "one change")
    }

    @Test func `a field has one class`() {
        let hash = "hash: \"v:{id}\"\nevents:\n  A: { set: { a: 1 } }\n"
        expectFault(view(hash + "  B: { increment: { a: 1 } }"), at: "13:29", "`increment` here and `set` at 12:23")
        expectFault(
            view(hash + "  B: { increment: { b: 1 } }\n  C: { set: all }"), at: "13:29", "`set: all` (at 14:16)")
        #expect(faults(view(hash + "  B: { unset: [a, b] }")).isEmpty)
        expectFault(view(hash + "  B: { set: { c: 1 }, unset: [c] }"), at: "13:39", "same rule")
        expectFault(
            view("sorted-set: \"v\"\nmember: $.m\nevents: { A: { max: $.a }, B: { min: $.a } }"), at: "12:41",
            "`min` here and `max`")
    }

    @Test func `when takes the first rule that holds`() throws {
        let plan = try plan(
            view(
                "hash: \"v:{id}\"\nevents:\n  A:\n    - { when: { $.a: 1, \"{@header.h}\": [x, null, $$y] }, set: { f: 1 } }\n"
                    + "    - delete"))
        #expect(
            plan.rules[0].rules == [
                Rule(
                    conditions: [
                        .init(source: .path(2), anyOf: ["1"]), .init(source: .header("h"), anyOf: ["x", "null", "$y"]),
                    ], changes: [.setField("f", .constant(.init("1")))]), Rule(changes: [.delete]),
            ])
        let hash = "hash: \"v:{id}\"\nevents: { A: "
        expectFault(view(hash + "[delete, { set: { a: 1 } }] }"), at: "11:23", "never reached")
        expectFault(view(hash + "{ when: { $.a?: 1 }, set: { a: 1 } } }"), at: "11:32", "optional")
        expectFault(view(hash + "{ when: { a: 1 }, set: { a: 1 } } }"), at: "11:32", "must be a path")
        expectFault(view(hash + "{ when: { $.a: [] }, set: { a: 1 } } }"), at: "11:37", "empty list")
        expectFault(view(hash + "{ when: { $.a: ~ }, set: { a: 1 } } }"), at: "11:37", "write `null`")
        expectFault(view(hash + "{ when: { $.a: $.b }, set: { a: 1 } } }"), at: "11:37", "constants only")
        expectFault(view(hash + "{ when: {}, set: { a: 1 } } }"), at: "11:30", "`when` must be a map")
        expectFault(view(hash + "[] }"), at: "11:22", "cannot be empty")
    }

    @Test func `an exact time to live needs whole writes`() throws {
        let ttl = try plan(view("document: \"v:{id}\"\nevents: { A: { set: all } }\nttl: 500ms")).timeToLive
        #expect(ttl == TimeToLive(milliseconds: 500, isApproximate: false))
        let hash = "hash: \"v:{id}\"\nevents: { A: { set: { a: 1 } } }\n"
        expectFault(view(hash + "ttl: 30d"), at: "12:9", "`ttl: { after: 30d, approximate: true }`")
        expectFault(view(hash + "ttl: { after: 30d, approximate: false }"), at: "12:14", "`ttl: 30d`")
        expectFault(view(hash + "ttl: { after: 30d }"), at: "12:14", "needs `approximate`")
        let loose = try plan(view(hash + "ttl: { after: 1h, approximate: true }")).timeToLive
        #expect(loose == TimeToLive(milliseconds: 3_600_000, isApproximate: true))
    }
}
