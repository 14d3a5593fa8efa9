import Oracle
import Testing

extension OracleFold {
    /// What the model holds at a key, in words; nil if it has none.
    func text(_ key: String) -> String? { model.entries[Array(key.utf8)]?.summary }
}

/// The table of values (Projections.md, "Values"), cell by cell, worked out by hand.
@Suite struct OracleTests {
    /// JSON members that put into `$.x` what a column of the table is about.
    enum Found: String, CaseIterable {
        case nothing = ""
        case null = #","x":null"#
        case string = #","x":"a:\u00e9""#
        case number = #","x":1.50"#
        case boolean = #","x":true"#
        case structure = #","x":{ "a" : [ 1 , " b " ] }"#
    }

    /// What one event leaves in the view's only key `v` (or `v:…`), or `bad`.
    private func outcome(
        _ action: OracleAction, kind: OracleView.Kind = .hash, members: String, key: OracleTemplate? = nil,
        member: OracleMember? = nil, when: [OracleCondition] = [], time: OracleValue? = nil
    ) -> String {
        let view = OracleView(
            name: "v", kind: kind, key: key ?? OracleTemplate([.literal("v")]), member: member,
            events: [OracleEventRules(.any, [OracleRule(action, when: when)])])
        var fold = OracleFold(OracleProjection(name: "p", topics: [.init("t")], time: time, views: [view]))
        let decision = fold.project(
            OracleEvent(
                topic: "t", offset: 7, timestamp: 5, key: Array("k".utf8), value: Array(#"{"id":1\#(members)}"#.utf8)))
        if case .bad = decision { return "bad" }
        let rows = fold.model.entries.map { "\(String(decoding: $0.key, as: UTF8.self)) \($0.value.summary)" }
        return rows.isEmpty ? "none" : rows.sorted().joined(separator: "; ")
    }

    private func set(_ value: OracleValue) -> OracleAction {
        .hash(set: [OracleField("f", value)], unset: [], increment: [])
    }

    @Test(
        arguments: zip(
            Found.allCases,
            [
                "bad", "none", #"v hash 'f': 'a:\xc3\xa9'"#, "v hash 'f': '1.50'", "v hash 'f': 'true'",
                #"v hash 'f': '{"a":[1," b "]}'"#,
            ]))
    func `a hash field takes what its path finds`(found: Found, expected: String) {
        #expect(outcome(set(.path("x")), members: found.rawValue) == expected)
    }

    @Test func `an optional field is left alone where its path finds nothing, and unset where it finds null`() {
        let two = OracleAction.hash(
            set: [OracleField("f", .path("x?")), OracleField("g", .plain("1"))], unset: [], increment: [])
        #expect(outcome(two, members: "") == "v hash 'g': '1'")
        #expect(outcome(two, members: #","x":null"#) == "v hash 'g': '1'")
    }

    @Test(arguments: zip(Found.allCases, ["bad", "bad", #"v:a%3A\#u{e9} hash 'f': '1'"#, "bad", "bad", "bad"]))
    func `a placeholder takes strings and integers`(found: Found, expected: String) {
        let key = OracleTemplate([.literal("v:"), .placeholder(.path("x"))])
        #expect(outcome(set(.plain("1")), members: found.rawValue, key: key) == expected)
    }

    @Test(arguments: [
        ("7", "v:7"), ("-0", "v:-0"), ("1e3", "bad"), (#""""#, "bad"), (#""{%}\u0000\u007f*""#, "v:%7B%25%7D%00%7F*"),
    ])
    func `a key field is an integer's text or a string that is escaped`(json: String, expected: String) {
        let key = OracleTemplate([.literal("v:"), .placeholder(.path("x"))])
        let outcome = outcome(set(.plain("1")), members: #","x":\#(json)"#, key: key)
        #expect(outcome == (expected == "bad" ? "bad" : expected + " hash 'f': '1'"))
    }

    @Test(
        arguments: zip(Found.allCases, ["bad", "bad", #"v set 'a:\xc3\xa9'"#, "v set '1.50'", "v set 'true'", "bad"]))
    func `a member takes texts`(found: Found, expected: String) {
        #expect(outcome(.add, kind: .set, members: found.rawValue, member: .value(.path("x"))) == expected)
    }

    @Test(
        arguments: zip(Found.allCases, ["none", "none", #"v set 'a:\xc3\xa9'"#, "v set '1.50'", "v set 'true'", "bad"]))
    func `an optional member is left out where it finds nothing or null`(found: Found, expected: String) {
        #expect(outcome(.add, kind: .set, members: found.rawValue, member: .value(.path("x?"))) == expected)
    }

    @Test(arguments: zip(Found.allCases, ["bad", "bad", "bad", "bad", "bad", "bad"]))
    func `an increment takes nothing that is not an integer`(found: Found, expected: String) {
        #expect(outcome(.increment(OracleNumber(.path("x"))), kind: .counter, members: found.rawValue) == expected)
    }

    @Test(
        arguments: [
            ("5.0", nil, "5"), ("1e3", nil, "1000"), ("-0", nil, "0"), ("12.34", 2, "1234"), ("0.1", nil, nil),
            ("0.001", 2, nil),
            ("9007199254740992", nil, "9007199254740992"), ("9007199254740993", nil, nil), ("1e400", nil, nil),
            ("-9007199254740992", nil, "-9007199254740992"), ("0e999999999999999999999", nil, "0"), ("1e-400", 15, nil),
            ("0.00000000000000010e16", nil, "1"), ("90071992547409.92", 2, "9007199254740992"), ("9e15", 1, nil),
        ] as [(String, Int?, String?)])
    func `an increment is an integer by value within 2^53`(number: String, scale: Int?, expected: String?) {
        let action = OracleAction.increment(OracleNumber(.path("x"), scale: scale))
        let outcome = outcome(action, kind: .counter, members: #","x":\#(number)"#)
        #expect(outcome == (expected.map { "v counter \($0)" } ?? "bad"))
    }

    @Test(
        arguments: [
            ("1.5", "1.5"), ("-0", "0.0"), ("1e-400", "0.0"), ("-1e-400", "0.0"), ("1e400", nil),
            ("0.30000000000000004", "0.30000000000000004"),
            (#""1""#, nil), ("null", nil), ("true", nil),
        ] as [(String, String?)])
    func `a score is the nearest finite double`(json: String, expected: String?) {
        let outcome = outcome(
            .score(OracleNumber(.path("x"))), kind: .sortedSet, members: #","x":\#(json)"#, member: .value(.key))
        #expect(outcome == (expected.map { "v sorted set 'k': \($0)" } ?? "bad"))
    }

    @Test(
        arguments: [
            (#""1970-01-01T00:00:01Z""#, 1_000), (#""1970-01-02 00:00:00.9999+01:00""#, 82_800_999),
            (#""2000-02-29T23:59:59Z""#, 951_868_799_000),
            (#""2001-02-29T00:00:00Z""#, nil), (#""1970-01-01T00:00:60Z""#, nil), (#""1970-01-01t00:00:00Z""#, nil),
            (#""1970-01-01T00:00:00z""#, nil),
            (#""1970-01-01T00:00:00""#, nil), (#""1969-12-31T23:59:59.999Z""#, nil),
            (#""9999-12-31T23:59:59.999Z""#, 253_402_300_799_999),
            (#""9999-12-31T23:59:59-01:00""#, nil), ("1.9999", 1_999), ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
            ("99999999999999.9", 99_999_999_999_999), ("100000000000000", 100_000_000_000), ("1e17", 100_000_000_000),
            ("-1", nil),
            ("253402300800000000000", nil), ("253402300799999999999", 253_402_300_799_999), ("null", nil),
            ("true", nil), ("{}", nil), ("0", 0),
        ] as [(String, Int?)])
    func `time is RFC 3339 or a number whose size says its unit`(json: String, expected: Int?) {
        let outcome = outcome(
            .add, kind: .latest(keep: 3), members: #","x":\#(json)"#, member: .value(.key), time: .path("x"))
        #expect(outcome == (expected.map { "v sorted set 'k': \(Double($0))" } ?? "bad"))
    }

    @Test(arguments: [
        ("", "null", true), (#","x":null"#, "null", true), (#","x":"null""#, "null", true), (#","x":"5""#, "5", true),
        (#","x":5"#, "5", true),
        (#","x":5.0"#, "5", false), (#","x":true"#, "true", true), (#","x":{}"#, "{}", false),
        (#","x":[]"#, "null", false),
    ])
    func `a condition compares texts`(members: String, constant: String, holds: Bool) {
        let outcome = outcome(
            set(.plain("1")), members: members,
            when: [OracleCondition(.path("x"), anyOf: [.text("other"), .text(constant)])])
        #expect(outcome == (holds ? "v hash 'f': '1'" : "none"))
    }

    @Test(arguments: [
        ("", false), (" ", false), ("\u{FEFF}{}", false), ("{} x", false), ("[1,]", false), ("01", false),
        (" [] ", true), ("1e400", true),
        (String(repeating: "[", count: 1_024) + String(repeating: "]", count: 1_024), true),
        (String(repeating: "[", count: 1_025) + String(repeating: "]", count: 1_025), false),
        (String(repeating: "[", count: 1_000_000), false),
    ])
    func `the value is one JSON text`(text: String, isValid: Bool) {
        let view = OracleView(
            name: "v", kind: .document, key: OracleTemplate([.literal("v:"), .placeholder(.key)]),
            events: [OracleEventRules(.any, [OracleRule(.setAll)])])
        var fold = OracleFold(OracleProjection(name: "p", topics: [.init("t")], views: [view]))
        let decision = fold.project(
            OracleEvent(topic: "t", offset: 0, timestamp: 0, key: [0x6B], value: Array(text.utf8)))
        #expect((decision == .projected) == isValid)
        if isValid { #expect(fold.model.entries[Array("v:k".utf8)]?.summary.hasPrefix("string '") == true) }
    }

    @Test(arguments: [
        (#","x":1,"x":2"#, "bad"), (#","x":1,"\u0078":2"#, "bad"), (#","y":1,"y":2,"x":3"#, "v hash 'f': '3'"),
        (#","x":"\ud800""#, "bad"), (#","x":"\ud83d\ude00""#, #"v hash 'f': '\xf0\x9f\x98\x80'"#),
        (#","y":"\ud800","x":3"#, "v hash 'f': '3'"),
    ])
    func `a repeated name and an unpaired surrogate are bad only where they matter`(members: String, expected: String) {
        #expect(outcome(set(.path("x")), members: members) == expected)
    }

    @Test func `a document is a new compact object with typed constants`() {
        let fields = [
            OracleField("n", .plain("1.50")), OracleField("t", .text("1.50")), OracleField("z", .plain("007")),
            OracleField("o", .offset),
            OracleField("k", .key), OracleField("x", .path("x")), OracleField("y", .path("y?")),
        ]
        #expect(
            outcome(.document(fields), kind: .document, members: #","x":{ "a" : "\u0041 b" },"y":null"#)
                == #"v string '{"n":1.50,"t":"1.50","z":"007","o":7,"k":"k","x":{"a":"\u0041 b"}}'"#)
    }

    @Test func `set all replaces the row, without nulls, and leaves none without fields`() {
        #expect(outcome(.setAll, members: #","x":null,"y":[ ]"#) == "v hash 'id': '1', 'y': '[]'")
        var fold = OracleFold(.customers)
        func take(_ value: String?) -> OracleDecision {
            fold.project(
                OracleEvent(
                    topic: "customers", offset: 0, timestamp: 1_000, key: [0x6B], value: value.map { Array($0.utf8) }))
        }
        #expect(take(#"{"a":1,"b":2}"#) == .projected)
        #expect(take(#"{"b":3}"#) == .projected)
        #expect(fold.text("customer:k") == "hash 'b': '3'")
        #expect(fold.model.entries[Array("customer:k".utf8)]?.deadline == 2_592_001_000)
        #expect(take(#"{"b":null}"#) == .projected)
        #expect(fold.text("customer:k") == nil)
        #expect(take(#"{"b":3}"#) == .projected)
        #expect(take(nil) == .projected)
        #expect(fold.model.entries.isEmpty)
        #expect(take(#"{"b":3,"b":4}"#) == .bad("a name at the top occurs twice"))
        #expect(take("[]") == .bad("no object"))
    }
}
