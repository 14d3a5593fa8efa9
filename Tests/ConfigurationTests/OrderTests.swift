import Configuration
import Projections
import Testing

@Suite struct `Order, compaction and collisions` {
    @Test func `what depends on order needs the message key`() {
        expectFault(
            view("hash: \"v:{region}\"\nevents: { A: { set: { a: 1 } } }"), at: "11:31",
            "depends on the order of events",
            "`{@key}` or `{id}`", "use only `increment`")
        expectFault(
            view("hash: \"v:{id}\"\nevents: { A: { set: { a: 1 } } }", topics: "[t]"), at: "11:31",
            "`topics: { t: { key: PATH } }`")
        expectFault(view("document: \"v:{r}\"\nevents: { A: { set: all } }"), at: "11:24", "put the message key")
        expectFault(view("counter: \"v:{r}\"\nevents: { A: { increment: 1 }, B: delete }"), at: "11:43", "`delete`")
        expectFault(view("hash: \"v:{r}\"\nevents: { A: { unset: [a] } }"), at: "11:32", "`unset`")
        for key in ["v:{id}", "v:{@key}", "v:{region}:{id}"] {
            #expect(faults(view("hash: \"\(key)\"\nevents: { A: { set: { a: 1 } } }")).isEmpty)
        }
    }

    @Test func `what does not depend on order needs no key`() throws {
        for lines in [
            "hash: \"v:{r}\"\nevents: { A: { increment: { a: 1 } } }",
            "counter: \"v\"\nevents: { A: { increment: 1 } }",
            "set: \"v:{r}\"\nmember: $.m\nevents: { A: add }", "unique: \"v:{r}\"\nmember: $.m\nevents: { A: add }",
            "sorted-set: \"v:{r}\"\nmember: $.m\nevents: { A: { max: $.a } }",
            "latest: \"v:{r}\"\nkeep: 3\nmember: $.m\nevents: { A: add }",
        ] {
            #expect(try !plan(view(lines, topics: "[t, u]")).isOrderDependent)
        }
    }

    @Test func `members are owned where the member is the message key`() throws {
        let set = "set: \"v:{r}\"\nmember: $.id\nevents: { A: add, B: remove }"
        #expect(try plan(view(set)).isOrderDependent)
        #expect(faults(view(set.replacing("$.id", with: "\"{@key}\""))).isEmpty)
        #expect(faults(view(set.replacing("$.id", with: "\"{id}\""))).isEmpty)
        expectFault(view(set.replacing("$.id", with: "$.m")), at: "12:30", "one member", "make it the `member`")
        expectFault(view(set.replacing("remove", with: "delete")), at: "12:30", "use `remove`")
        expectFault(
            view("sorted-set: \"v:{r}\"\nmember: $.m\nevents: { A: { score: $.s } }"), at: "12:24", "`score` depends")
        #expect(faults(view("sorted-set: \"v:{r}\"\nmember: $.id\nevents: { A: { score: $.s }, B: remove }")).isEmpty)
    }

    @Test func `what depends on order reads one topic`() throws {
        let topics = "{ t: { key: $.id }, u: { key: $.id } }"
        let hash = "hash: \"v:{@key}\"\nevents: { A: { set: { a: 1 } } }"
        expectFault(view(hash, topics: topics), at: "11:31", "reads 2 topics", "`from: t`")
        let one = try parse(view(hash + "\nfrom: u", topics: topics))
        #expect(one.projections[0].views[0].topics == [1])
        #expect(one.warnings.map(\.description).joined().contains("no view reads topic `t`"))
        expectFault(view(hash + "\nfrom: orders", topics: "[order, t]"), at: "12:15", "did you mean `order`?")
        expectFault(view(hash + "\nfrom: [t, t]", topics: "[t]"), at: "12:19", "occurs twice")
    }

    @Test func `without a type there are only any and tombstone`() {
        expectFault(
            view("hash: \"v:{@key}\"\nevents: { A: { set: { a: 1 } } }", type: false), at: "11:19", "no `type:`")
        #expect(
            faults(view("hash: \"v:{@key}\"\nevents: { \"*\": { set: { a: 1 } }, tombstone: delete }", type: false))
                .isEmpty)
    }

    @Test func `tombstones have no value`() {
        #expect(
            faults(view("hash: \"v:{id}\"\nevents: { tombstone: { set: { a: $.id, b: \"{@header.h}\" } } }")).isEmpty)
        expectFault(
            view("hash: \"v:{id}:{r}\"\nevents: { tombstone: delete }"), at: "11:19", "the key of view v", "$.r")
        expectFault(view("hash: \"v:{id}\"\nevents: { tombstone: { set: { a: $.b } } }"), at: "11:39", "`set`", "$.b")
        expectFault(view("hash: \"v:{id}\"\nevents: { tombstone: { set: all } }"), at: "11:32", "no value")
        expectFault(
            view("hash: \"v:{id}\"\nevents: { tombstone: { when: { $.b: 1 }, delete: true } }"), at: "11:40", "`when`")
        expectFault(view("set: \"v:{id}\"\nmember: $.m\nevents: { tombstone: remove }"), at: "12:30", "`member`")
        #expect(faults(view("set: \"v:{id}\"\nmember: $.m\nevents: { tombstone: delete }")).isEmpty)
    }

    @Test func `a compacted topic has whole states only`() throws {
        let topics = "{ t: { key: $.id, compacted: true } }"
        func compacted(_ lines: String) -> String { view(lines, topics: topics) }
        expectFault(
            compacted("hash: \"v:{id}\"\nevents: { A: { set: { a: 1 } }, tombstone: delete }"), at: "11:31",
            "`set: all`")
        expectFault(
            compacted("counter: \"v:{id}\"\nevents: { A: { increment: 1 } }"), at: "10:9", "only the newest state")
        let rules = try plan(
            compacted(
                "document: \"v:{id}\"\nevents: { \"*\": { when: { $.live: true }, set: { a: $.a? } }, tombstone: delete }"
            )
        ).rules
        #expect(rules[0].rules.count == 2)
        #expect(rules[0].rules.last == Rule(changes: [.delete]))
        #expect(rules[1].rules == [Rule(changes: [.delete])])
        let plain = try plan(
            view("document: \"v:{id}\"\nevents: { \"*\": { when: { $.live: true }, set: { a: $.a? } } }"))
        #expect(plain.rules[0].rules.count == 1)
        let warned = try parse(compacted("document: \"v:{id}\"\nevents: { A: { set: all } }")).warnings
        #expect(warned.count == 2)
    }

    @Test func `templates that can make the same key are refused`() {
        func two(_ first: String, _ second: String) -> String {
            file(
                """
                projections:
                  a: { version: 1, topics: [t], views: { x: { counter: "\(first)", events: { "*": { increment: 1 } } } } }
                  b:
                    version: 1
                    topics: [t]
                    views:
                      y: { counter: "\(second)", events: { "*": { increment: 1 } } }
                """)
        }
        for (first, second) in [("k", "k"), ("v:{a}", "v:{b}"), ("v:{a}", "v:x"), ("v:x:{a}", "v:{b}:y")] {
            expectFault(two(first, second), at: "9:21", "the same key as view x of projection a (at 4:56)")
        }
        for (first, second) in [("v:{a}", "w:{a}"), ("v:{a}", "v:{a}:{b}"), ("v:x", "v:x:{a}"), ("v:{a}:x", "v:{a}:y")]
        {
            #expect(faults(two(first, second)).isEmpty, "\(first) \(second)")
        }
        expectFault(
            file(
                """
                projections:
                  a:
                    version: 1
                    topics: [t]
                    views:
                      x: { buckets: "m", every: 1m, retain: 1h, events: { "*": { increment: { n: 1 } } } }
                      y: { counter: "m:{a}", events: { "*": { increment: 1 } } }
                """), at: "9:21", "the same key as view x (at 8:21)")
    }

    @Test func `projections need their parts`() {
        expectFault(file("projections: { p: { topics: [t], views: \(views) } }"), at: "3:19", "needs `version`")
        expectFault(file("projections: { p: { version: 1, views: \(views) } }"), at: "3:19", "needs `topics`")
        expectFault(file("projections: { P: { version: 1, topics: [t], views: \(views) } }"), at: "3:16", "valid name")
        expectFault(file("projections: { p: { version: 0, topics: [t], views: \(views) } }"), at: "3:30", "from 1")
        expectFault(file("projections: { p: { version: 1, topics: [t, t], views: \(views) } }"), at: "3:45", "twice")
        expectFault(
            file("projections: { p: { version: 1, topics: [a b], views: \(views) } }"), at: "3:42", "topic name")
        expectFault(file("projections: { p: { version: 1, topics: t, views: \(views) } }"), at: "3:41", "`[t]`")
    }

    private var views: String { "{ v: { hash: \"v:{@key}\", events: { \"*\": { set: all } } } }" }

    @Test func `policies`() throws {
        func with(_ line: String) -> String {
            file("projections: { p: { version: 1, topics: [t], \(line), views: \(views) } }")
        }
        func policy(_ line: String) throws -> ErrorPolicy { try parse(with(line)).projections[0].onError }
        #expect(try policy("on-error: halt") == .halt)
        #expect(try policy("on-error: skip") == .skip)
        #expect(try policy("on-error: { dead-letter: d }") == .deadLetter(topic: "d"))
        #expect(try parse(with("unknown: halt")).projections[0].unknown == .halt)
        expectFault(with("on-error: dead-letter"), at: "3:56", "needs its topic")
        expectFault(with("on-error: { dead-letter: t }"), at: "3:71", "come back")
        expectFault(with("on-error: stop"), at: "3:56", "the known names are")
        expectFault(with("unknown: ignored"), at: "3:55", "did you mean `ignore`?")
        expectFault(with("time: now"), at: "3:52", "must be a path")
        expectFault(with("time: $.at?"), at: "3:52", "cannot be optional")
        #expect(try parse(with("time: \"{@header.at}\"")).projections[0].time == TimeSource(.header("at")))
    }

    @Test func `dead letters that come back over other projections are refused`() throws {
        func chain(_ topics: [(reads: String, deadLetter: String)]) -> String {
            let lines = topics.enumerated().map { index, each in
                let view = "{ v: { counter: \"c\(index)\", events: { \"*\": { increment: 1 } } } }"
                let topics = "topics: [\(each.reads)], on-error: { dead-letter: \(each.deadLetter) }"
                return "  p\(index): { version: 1, \(topics), views: \(view) }"
            }
            return file("projections:\n" + lines.joined(separator: "\n"))
        }
        let round = faults(chain([("a", "b"), ("b", "c"), ("c", "a")]))
        #expect(round.count == 3, "\(round)")
        #expect(round.allSatisfy { $0.contains("come back for ever") })
        #expect(round.first?.hasPrefix("f:4:59: ") == true, "\(round)")
        #expect(round.first?.contains("`b` is read by projection p1, `c` is read by projection p2") == true, "\(round)")
        #expect(faults(chain([("a", "b"), ("b", "c"), ("d", "a")])).isEmpty)
        #expect(faults(chain([("a", "b"), ("b", "c"), ("c", "b")])).count == 2)
    }

    @Test func `the type may be what the record itself has`() throws {
        func with(_ type: String) -> String {
            view("hash: \"v:{@key}\"\nevents: { A: { set: { f: 1 } } }").replacing(
                "type: $.type", with: "type: \(type)")
        }
        #expect(try parse(with("\"{@header.ce_type}\"")).projections[0].type == .header("ce_type"))
        #expect(try parse(with("\"{@key}\"")).projections[0].type == .key)
        #expect(
            try parse(with("\"{@header.a}\"")).projections[0].canonicalText
                != parse(with("\"{@header.b}\"")).projections[0].canonicalText)
        expectFault(with("\"{@header.a?}\""), at: "7:11", "cannot be optional")
        expectFault(with("$.type?"), at: "7:11", "cannot be optional")
        expectFault(with("order"), at: "7:11", "`type` must be a path such as `$.name` or one of `{@key}`")
        expectFault(with("\"{@header}\""), at: "7:11", "not an attribute of a record")
    }
}
