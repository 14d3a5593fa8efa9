import Bytes
import Projections
import Testing

@Suite struct ValueTableTests {
    @Test(arguments: [
        (#"{}"#, "bad", "bad"), (#"{"v":null}"#, "HDEL row f", "bad"),
        (#"{"v":"a b"}"#, "HSET row f a b", "HSET row:a b f x"),
        (#"{"v":""}"#, "HSET row f ", "bad"), (#"{"v":1.50}"#, "HSET row f 1.50", "bad"),
        (#"{"v":-15}"#, "HSET row f -15", "HSET row:-15 f x"), (#"{"v":1e2}"#, "HSET row f 1e2", "bad"),
        (#"{"v":true}"#, "HSET row f true", "bad"),
        (#"{"v": {"a" : [1, "x y\" "]} }"#, #"HSET row f {"a":[1,"x y\" "]}"#, "bad"),
        (#"{"v":"\u00e9\n:"}"#, "HSET row f é\n:", "HSET row:é%0A%3A f x"),
        (#"{"v":"\ud83d\ude00"}"#, "HSET row f 😀", "HSET row:😀 f x"),
        (#"{"v":"\ud83d"}"#, "bad", "bad"), (#"{"v":"\ude00\ud83d"}"#, "bad", "bad"),
    ])
    func `a hash field and a key placeholder follow the table`(json: String, field: String, key: String) {
        var harness = FoldHarness(.hash, [.setField("f", .path(0))])
        #expect(harness.one(json) == [field])
        var keyed = FoldHarness(
            .hash, [.setField("f", .constant(.init("x")))],
            key: TextTemplate(parts: [.literal("row:"), .placeholder(.path(0))]))
        #expect(keyed.one(json) == [key])
    }

    @Test(arguments: [
        (#"{}"#, "bad", 0), (#"{"v":null}"#, "bad", 0), (#"{"v":"1"}"#, "bad", 0), (#"{"v":true}"#, "bad", 0),
        (#"{"v":[]}"#, "bad", 0),
        (#"{"v":5.0}"#, "5", 0), (#"{"v":1e3}"#, "1000", 0), (#"{"v":-0}"#, "0", 0),
        (#"{"v":0e999999999999999999999}"#, "0", 0),
        (#"{"v":12.34}"#, "1234", 2), (#"{"v":12.345}"#, "bad", 2),
        (#"{"v":12.340000000000000000000000000000000}"#, "1234", 2),
        (#"{"v":9007199254740992}"#, "9007199254740992", 0), (#"{"v":-9007199254740992}"#, "-9007199254740992", 0),
        (#"{"v":9007199254740993}"#, "bad", 0), (#"{"v":90071992547409.93}"#, "bad", 2), (#"{"v":1e-400}"#, "bad", 0),
        (#"{"v":1e999999999}"#, "bad", 0), (#"{"v":1e99999999999999999999999}"#, "bad", 0), (#"{"v":1000e-3}"#, "1", 0),
        (#"{"v":0.0000000000000000000000000001e28}"#, "1", 0), (#"{"v":123456789012345678901234567890e-30}"#, "bad", 0),
        (#"{"v":1000000000000000000000000000000e-30}"#, "1", 0),
    ])
    func `an increment is an exact scaled integer`(json: String, sum: String, scale: Int) {
        var harness = FoldHarness(.counter, [.increment(NumberSource(.path(0), scale: scale))])
        #expect(harness.one(json) == [sum == "bad" ? "bad" : "INCRBY row \(sum)"])
    }

    @Test(arguments: [
        ("1.5", "1.5"), ("-0.0", "0"), ("1e-400", "0"), ("-1e-400", "0"), ("1e400", "bad"), ("0.1", "0.1"),
        ("12", "12"),
        ("0.30000000000000004", "0.30000000000000004"), ("9007199254740993", "9007199254740992.0"), ("1e300", "1e+300"),
        ("0.1000000000000000055511151231257827", "0.1"), ("1e22", "1e+22"), ("\"1\"", "bad"), ("true", "bad"),
        ("null", "bad"),
    ])
    func `a score is the nearest double`(number: String, score: String) {
        var harness = FoldHarness(.sortedSet, [.maximum(NumberSource(.path(0)))], member: .value(.key))
        #expect(harness.one("{\"v\":\(number)}") == [score == "bad" ? "bad" : "ZADD row GT \(score) k"])
    }

    @Test(arguments: [
        ("\"x\"", "x"), ("\"\"", ""), ("1.0", "1.0"), ("false", "false"), ("null", "bad"), ("{}", "bad"), ("[]", "bad"),
    ])
    func `a member follows the table`(json: String, member: String) {
        var harness = FoldHarness(.set, [.add], member: .value(.path(0)))
        #expect(harness.one("{\"v\":\(json)}") == [member == "bad" ? "bad" : "SADD row \(member)"])
        var template = FoldHarness(
            .set, [.add], member: .template(TextTemplate(parts: [.literal("m:"), .placeholder(.path(0))])))
        #expect(template.one("{\"v\":\(json)}") == [member == "bad" ? "bad" : "SADD row m:\(member)"])
    }

    @Test(arguments: [
        ("null", ["null"], true), ("\"null\"", ["null"], true), ("\"a\"", ["b", "a"], true),
        ("\"\\u0061\"", ["a"], true),
        ("1.0", ["1"], false), ("1.0", ["1.0"], true), ("true", ["true"], true), ("{}", ["{}", "null"], false),
    ])
    func `a condition compares texts`(json: String, constants: [String], holds: Bool) {
        var harness = FoldHarness(
            .counter, [.increment(NumberSource(.constant(.init("1"))))],
            conditions: [.init(source: .path(0), anyOf: constants)])
        #expect(harness.one("{\"v\":\(json)}") == (holds ? ["INCRBY row 1"] : []))
    }

    @Test func `an optional path leaves out its change only`() {
        var harness = FoldHarness(
            .hash,
            [
                .setField("f", .path(0, isOptional: true)),
                .incrementField("n", NumberSource(.path(3, isOptional: true))),
            ])
        #expect(harness.one("{}") == [])
        #expect(harness.one(#"{"v":null,"at":null}"#) == ["HDEL row f"])
        #expect(harness.one(#"{"v":1,"at":2}"#) == ["HSET row f 1", "HINCRBY row n 2"])
        var member = FoldHarness(
            .set, [.add], key: TextTemplate(parts: [.literal("r:"), .placeholder(.path(1))]),
            member: .value(.path(0, isOptional: true)))
        #expect(member.one("{}") == ["bad"])
        #expect(member.one(#"{"id":1}"#) == [])
    }

    @Test func `documents keep JSON types and hashes take all fields`() {
        var whole = FoldHarness(
            .document, [.setAll], time: .path(3), ttl: TimeToLive(milliseconds: 5, isApproximate: false))
        #expect(whole.one(#" {"at": 1} "#) == [#"SET row  {"at": 1}  PXAT 1005"#])
        var selected = FoldHarness(
            .document,
            [
                .setDocument([
                    .init(name: "a\"", value: .path(0)), .init(name: "o", value: .offset),
                    .init(name: "c", value: .constant(.init("7", isJSON: true))), .init(name: "k", value: .key),
                    .init(name: "i", value: .path(1, isOptional: true)),
                ])
            ])
        #expect(
            selected.one(#"{"v":{ "x" : "\u0041" }}"#, key: "a\n") == [
                #"SET row {"a\"":{"x":"\u0041"},"o":1,"c":7,"k":"a\n"}"#
            ])
        #expect(selected.one(#"{"v":null}"#) == [#"SET row {"o":2,"c":7,"k":"k"}"#])
        #expect(selected.one(#"{"v":["\ud800"]}"#) == ["bad"])
        #expect(selected.one("{}") == ["bad"])
        var all = FoldHarness(
            .hash, [.setAll], time: .timestamp, ttl: TimeToLive(milliseconds: 5, isApproximate: false))
        #expect(
            all.one(#"{"a":1,"b":null,"\u0063":{"x": 2}}"#) == [
                "DEL row", #"HSET row a 1 c {"x":2}"#, "PEXPIREAT row 1005",
            ])
        #expect(all.one(#"{"a":null}"#) == ["DEL row"])
        #expect(all.one(#"{"a":1,"\u0061":null}"#) == ["bad"])
        #expect(all.one(#"{"\ud800":null,"a":1}"#) == ["DEL row", "HSET row a 1", "PEXPIREAT row 1005"])
        #expect(all.one(#"{"\ud800":1}"#) == ["bad"])
        #expect(all.one("[]") == ["bad"])
        #expect(all.one(nil) == ["DEL row"])
    }

    @Test func `the record key must be the text of the declared path`() {
        var harness = FoldHarness(
            .hash, [.setField("f", .constant(.init("x")))],
            key: TextTemplate(parts: [.literal("r:"), .placeholder(.path(1))]), keyPath: 1)
        #expect(harness.one(#"{"id":"k"}"#) == ["HSET r:k f x"])
        #expect(harness.one(#"{"id":"\u006b"}"#) == ["HSET r:k f x"])
        #expect(harness.one(#"{"id":"j"}"#) == ["bad"])
        #expect(harness.one(#"{"id":"k"}"#, key: nil) == ["bad"])
        #expect(harness.one(nil, key: "z") == ["DEL r:z"])
        #expect(harness.one(nil, key: nil) == ["bad"])
        guard case .bad(let bad) = harness.add(#"{"id":"j"}"#) else {
            Issue.record("not bad")
            return
        }
        #expect(bad == BadEvent(view: nil, reason: #"the record key is "k", but $.id is "j""#))
    }

    @Test func `limits.key-bytes lowers how long a key may be`() {
        var limits = Limits()
        limits.keyBytes = 64
        var harness = FoldHarness(
            .counter, [.increment(NumberSource(.constant(.init("1"))))],
            key: TextTemplate(parts: [.literal("r:"), .placeholder(.key)]))
        harness.fold = Fold(plan: harness.plan, naming: .plain, limits: limits)
        #expect(harness.one("{}", key: String(repeating: "x", count: 62)).first?.hasPrefix("INCRBY") == true)
        guard case .bad(let bad) = harness.add("{}", key: String(repeating: "x", count: 63)) else {
            Issue.record("not bad")
            return
        }
        #expect(bad.reason == "the row key is longer than 64 bytes, which is limits.key-bytes")
    }

    @Test func `a key is at most 4096 bytes`() {
        var harness = FoldHarness(
            .counter, [.increment(NumberSource(.constant(.init("1"))))],
            key: TextTemplate(parts: [.literal("r:"), .placeholder(.key)]))
        #expect(harness.one("{}", key: String(repeating: "x", count: 4094)).first?.hasPrefix("INCRBY") == true)
        #expect(harness.one("{}", key: String(repeating: "x", count: 4095)) == ["bad"])
        #expect(harness.one("{}", key: String(repeating: ":", count: 1365)) == ["bad"])
    }
}
