import Projections
import Testing

@testable import Configuration

/// The words that say what a topic's events look like, and what they make impossible.
@Suite struct FormatTests {
    private func feed(_ view: String, _ topic: String = "{ envelope: debezium, key: [$.id] }") -> String {
        ConfigurationTests.view(view, topics: "{ t: \(topic) }", type: false)
    }

    private let hash = "hash: \"o:{id}\"\nevents: { row: { set: all } }"

    @Test func `every option of a topic is read`() throws {
        let plan = try #require(
            parse(
                ConfigurationTests.view(
                    "unique: \"u\"\nmember: \"{@key}\"\nevents: { \"*\": add }",
                    topics: "{ a: { envelope: [connect], type: $.t, time: { value: $.d, unit: days } }, "
                        + "b: { data: $.x.y, key: [$.id, $.no] }, c: { encoding: bytes }, d: { envelope: none } }",
                    type: false)
            ).projections.first)
        #expect(plan.topics[0].format == TopicFormat(isInConnect: true))
        #expect(plan.topics[0].type == .path(0))
        #expect(plan.topics[0].time == TimeSource(.path(1), unit: .days))
        #expect(plan.topics[1].format == TopicFormat(data: ["x", "y"]))
        #expect(plan.topics[1].keyColumns.map { plan.paths[$0].description } == ["$.id", "$.no"])
        #expect(plan.topics[2].format == TopicFormat(encoding: .bytes))
        #expect(plan.topics[3].isPlain && !plan.isPlain)
        let events = try #require(
            parse(
                feed(hash, "{ envelope: [connect, debezium], key: [$.id], before: full, on-truncate: ignore }")
            ).projections.first)
        #expect(
            events.topics[0].format
                == TopicFormat(envelope: .debezium, isInConnect: true, hasWholeBefore: true, ignoresTruncate: true))
        #expect(events.topics[0].type.map { $0.shown(events.paths) } == "{@op}")
        let cloud = try #require(
            parse(feed("counter: \"n\"\nevents: { x: { increment: 1 } }", "{ envelope: cloudevents }")).projections
                .first)
        #expect(cloud.topics[0].type.map { $0.shown(cloud.paths) } == "{@ce.type}")
        #expect(cloud.topics[0].time.map { $0.source.shown(cloud.paths) } == "{@ce.time}")
    }

    @Test(arguments: [
        ("{ envelop: debezium }", "6:20", "did you mean `envelope`?"),
        ("{ envelope: debezum }", "6:30", "did you mean `debezium`?"),
        ("{ envelope: [debezium, connect] }", "6:30", "or `[connect, debezium]`"),
        ("{ encoding: jason }", "6:30", "did you mean `json`?"),
        ("{ data: payload }", "6:26", "must be a path such as `$.payload`"),
        ("{ data: \"{@op}\" }", "6:26", "must be a path such as `$.payload`"),
        ("{ before: full }", "6:20", "`before` is an option of topics with `envelope: debezium`"),
        ("{ on-truncate: halt }", "6:20", "`on-truncate` is an option of topics with `envelope: debezium`"),
        ("{ encoding: bytes, data: $.x }", "6:37", "there is no `data` in it"),
        ("{ key: [$.a.b] }", "6:26", "a column is `$.name`"),
        ("{ key: [$.a, $.a] }", "6:31", "occurs twice in `key`"),
        ("{ key: [] }", "6:25", "`key` is empty"),
        ("{ key: \"{@op}\" }", "6:25", "`key` must be a path"),
        ("{ type: \"{@op}\" }", "6:26", "{@op} needs `envelope: debezium`, which topic t does not have"),
        ("{ time: { value: $.a, unit: hours } }", "6:46", "`unit` cannot be `hours`"),
        ("{ time: { value: $.a, bytes: int64 } }", "6:40", "is for `{@header.NAME}` and `{@key}`"),
        ("{ time: { unit: ms } }", "6:26", "`time` needs `value`"),
        ("{ type: \"{@ce.type}\" }", "6:26", "needs `envelope: cloudevents`"),
        ("{ type: \"{@envelope.type}\" }", "6:26", "write `$.type`"),
        ("{ type: \"{@op.x}\" }", "6:26", "is not an attribute of a record"),
        ("{ type: \"{@schema}\" }", "6:26", "needs `encoding: avro` or `protobuf`"),
        ("{ type: \"{@ce.a.b}\" }", "6:26", "an attribute of a CloudEvent is one name"),
    ])
    func `a mistake in a topic's options is told at its place`(topic: String, place: String, words: String) {
        expectFault(
            feed("unique: \"u\"\nmember: \"{@offset}\"\nevents: { \"*\": add }", topic), at: place, words)
    }

    @Test(arguments: [
        ("hash: \"o:{id}\"\nevents: { rows: { set: all } }", "11:19", "did you mean `row`?"),
        ("hash: \"o:{id}\"\nevents: { \"*\": { set: all } }", "11:19", "`row` takes what"),
        ("hash: \"o:{id}\"\nevents: { row: { set: all }, tombstone: delete }", "11:38", "`delete` takes the tombstone"),
        ("hash: \"o:{id}\"\nevents: { row: { increment: { n: 1 } } }", "11:39", "so it would count twice"),
        ("counter: \"n\"\nevents: { create: { increment: 1 } }", "11:29", "so it would count twice"),
        ("counter: \"n\"\nevents: { delete: { increment: 1 } }", "11:29", "followed by a tombstone"),
        ("buckets: \"n\"\nevery: 1m\nretain: 1h\nevents: { update: { increment: { n: 1 } } }", "13:42", "count twice"),
        ("hash: \"o:{id}\"\nevents: { row: { set: { a: \"{@before.a}\" } } }", "11:33", "needs `before: full`"),
        ("hash: \"o:{id}\"\nevents: { row: { set: { a: \"{@ce.a}\" } } }", "11:33", "needs `envelope: cloudevents`"),
        (
            "hash: \"o:{id}\"\nevents: { row: { set: { a: \"{@sourc.a}\" } } }", "11:36",
            "is not an attribute of a record"
        ),
        (
            "hash: \"o:{id}\"\nevents: { delete: { set: { a: $.a } } }", "11:36",
            "a delete has only the columns of its key"
        ),
        ("hash: \"o:{id}\"\nevents: { delete: { set: all } }", "11:29", "a delete has no row"),
        ("hash: \"o:{id}:{a}\"\nevents: { delete: delete }", "10:9", "a delete has only the columns of its key"),
        ("counter: \"n\"\nevents: { truncate: { increment: 1 } }", "11:19", "needs `on-truncate: ignore`"),
        (
            "hash: \"o:{name}\"\nevents: { row: { set: all } }", "11:26",
            "put the message key (`{@key}`, or `{id}`) into the key"
        ),
        (
            "hash: \"o:{id}\"\nttl: 30d\nevents: { row: { set: all } }", "12:26",
            "`ttl: { after: 30d, approximate: true }`"
        ),
    ])
    func `what change events make impossible is refused`(view: String, place: String, words: String) {
        expectFault(feed(view), at: place, words)
    }

    @Test func `a key of several columns owns a template with all of them`() throws {
        let topic = "{ envelope: debezium, key: [$.order_id, $.no] }"
        #expect(faults(feed("hash: \"l:{no}:{order_id}\"\nevents: { row: { set: all } }", topic)).isEmpty)
        #expect(faults(feed("hash: \"l:{@key}\"\nevents: { row: { set: all } }", topic)).isEmpty)
        expectFault(
            feed("hash: \"l:{no}\"\nevents: { row: { set: all } }", topic), at: "11:26",
            "put the message key (`{@key}`, or `{order_id}` and `{no}`) into the key")
        expectFault(
            feed("set: \"l\"\nmember: $.no\nevents: { delete: remove }", topic), at: "12:27", "or make it the `member`")
    }

    @Test func `in a compacted topic a delete can use only what its tombstone has`() throws {
        let topic = "{ envelope: debezium, key: [$.id], compacted: true, before: full }"
        expectFault(
            feed("document: \"o:{id}\"\nevents: { row: { set: all }, delete: { set: { a: $.a } } }", topic),
            at: "11:48",
            "only the tombstone may be left, which has no $.a")
        let warnings = try parse(feed(hash.replacing("row", with: "create"), topic)).warnings.map(\.description)
        #expect(warnings.contains { $0.contains("no rule for `delete`") }, "\(warnings)")
        #expect(warnings.contains { $0.contains("no rule for `row`") }, "\(warnings)")
    }

    @Test func `a view reads change events, or others, and not both`() {
        expectFault(
            ConfigurationTests.view(
                "unique: \"u\"\nmember: $.a\nevents: { row: add }", topics: "{ t: { envelope: debezium }, u: {} }",
                type: false),
            at: "9:7", "so use a view for each")
    }

    @Test(arguments: [
        ("{ value: $.a, text: false }", "`text: false` is what is meant without it"),
        ("{ value: \"{@offset}\", text: true }", "is a number by itself: remove `text`"),
        ("{ value: $.a, bytes: int64 }", "is for `{@header.NAME}` and `{@key}`"),
        ("{ value: \"{@header.x}\", bytes: int32 }", "`bytes` cannot be `int32`"),
        ("{ value: \"{@header.x}\", bytes: int64, scale: 2 }", "`scale` and `bytes` cannot be together"),
        ("{ value: 5, text: true }", "must be a path"),
    ])
    func `a mistake in a number's options is told`(number: String, words: String) {
        let found = faults(
            ConfigurationTests.view(
                "counter: \"n\"\nevents: { \"*\": { increment: \(number) } }", topics: "[t]", type: false))
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test func `every option is part of the fingerprint, and only where it is used`() throws {
        func print(_ topic: String) throws -> String {
            let view = "document: \"o:{@key}\"\nevents: {}".replacing("{}", with: "{ row: { set: { a: \"{@op}\" } } }")
            return fingerprint(of: try #require(parse(feed(view, topic)).projections.first))
        }
        let base = try print("{ envelope: debezium }")
        let others = try [
            "{ envelope: [connect, debezium] }", "{ envelope: debezium, key: [$.id] }",
            "{ envelope: debezium, key: $.id }",
            "{ envelope: debezium, key: [$.id, $.no] }", "{ envelope: debezium, before: full }",
            "{ envelope: debezium, on-truncate: ignore }", "{ envelope: debezium, time: $.a }",
            "{ envelope: debezium, time: { value: $.a, unit: us } }", "{ envelope: debezium, compacted: true }",
        ].map(print)
        #expect(Set(others + [base]).count == others.count + 1)
        #expect(try print("{ envelope: [debezium], on-truncate: halt }") == base)
        #expect(
            try print("{ envelope: debezium, key: [$.no, $.id] }") == print("{ envelope: debezium, key: [$.id, $.no] }")
        )
    }
}
