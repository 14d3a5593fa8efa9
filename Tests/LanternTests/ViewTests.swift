import Lantern
import Testing

/// Each kind of view, as a user would test it.
@Suite struct ViewTests {
    struct Every: Projection {
        static let name = "every", version = 1, topics = ["t"]
        static let time = "$.at"
        let op = Field("$.op"), value = Field("$.v"), maybe = Field("$.maybe?"), at = Field("$.at"), id = Field("$.id")
        let hash = HashView("hash:{@key}", sums: "count", "sum")
        let whole = HashView(whole: "whole:{@key}", expiresAfter: .seconds(5))
        let shared = HashView(shared: "shared:{id}")
        let document = DocumentView("document:{@key}", expiresAfter: .minutes(1))
        let counter = CounterView("counter:{@key}")
        let total = CounterView(shared: "total")
        let tags = SetView("tags:{@key}")
        let countries = SetView(shared: "countries")
        let open = SetView(ofKeys: "open")
        let sums = SortedSetView(shared: "sums", .sums)
        let maxima = SortedSetView(shared: "maxima", .maxima)
        let minima = SortedSetView("minima:{@key}", .minima)
        let scores = SortedSetView(ofKeys: "scores", .scores)
        let latest = LatestView("latest", keep: 2)
        let unique = UniqueView("unique")
        let buckets = BucketsView("buckets", every: .seconds(10), retain: .seconds(1))

        func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
            if event.isTombstone { return try whole.delete(in: &changes) }
            switch event[op] {
            case "hash":
                try hash.set("v", to: event[value], in: &changes)
                try hash.set("maybe", to: event[maybe], in: &changes)
                try hash.set("n", to: 7, in: &changes)
                try hash.set("yes", to: true, in: &changes)
                try hash.set("offset", to: event.offset, in: &changes)
                try hash.increment("count", by: 1, in: &changes)
                try hash.increment("sum", by: -2, in: &changes)
            case "hash-unset": try hash.unset(event[value], in: &changes)
            case "hash-delete": try hash.delete(in: &changes)
            case "hash-class": try hash.set("sum", to: 1, in: &changes)
            case "hash-class-2": try hash.increment("v", by: 1, in: &changes)
            case "whole": try whole.setAll(in: &changes)
            case "whole-set":
                try whole.set("a", to: event[value], in: &changes)
                try whole.set("b", to: event[maybe], in: &changes)
            case "shared": try shared.increment(event[id], by: event[value].integer(scale: 2), in: &changes)
            case "document":
                try document.set("v", to: event[value], in: &changes)
                try document.set("text", to: "a \"b\"", in: &changes)
                try document.set("maybe", to: event[maybe], in: &changes)
                try document.set("n", to: 7, in: &changes)
            case "document-all": try document.setAll(in: &changes)
            case "document-delete":
                try document.set("gone", to: 1, in: &changes)
                try document.delete(in: &changes)
            case "counter":
                try counter.increment(by: event[value].integer(), in: &changes)
                try total.increment(in: &changes)
            case "counter-delete": try counter.delete(in: &changes)
            case "add":
                try tags.add(event[value], in: &changes)
                try countries.add(event[maybe], in: &changes)
                try open.add(event, in: &changes)
                try unique.add(event[value], in: &changes)
            case "remove":
                try tags.remove(event[value], in: &changes)
                try open.remove(event, in: &changes)
            case "tags-delete": try tags.delete(in: &changes)
            case "score":
                try sums.increment("a", by: event[value].integer(scale: 1), in: &changes)
                try maxima.raise("a", to: event[value].double(), in: &changes)
                try minima.lower("a", to: event[value].double(), in: &changes)
                if let key = event.key { try scores.set(key, to: event[value].double(), in: &changes) }
            case "score-remove":
                try minima.remove("a", in: &changes)
                try scores.remove(event, in: &changes)
            case "score-other": try scores.set("somebody", to: 1, in: &changes)
            case "latest": try latest.add(event[value], in: &changes)
            case "latest-at": try latest.add("then", at: 5, in: &changes)
            case "bucket": try buckets.increment("n", in: &changes)
            case "bucket-at":
                try buckets.increment("n", by: 2, at: 1_000, in: &changes)
                try buckets.increment("n", by: 3, at: 25_000, in: &changes)
                try buckets.increment("n", by: 4, at: 2_000, in: &changes)
            case "bucket-before": try buckets.increment("n", at: -5, in: &changes)
            case "half":
                try total.increment(in: &changes)
                try hash.set("half", to: 1, in: &changes)
                throw ProjectionError("half done")
            case "huge": try total.increment(by: 1 << 60, in: &changes)
            case "time": try hash.set("time", to: event[value].time(), in: &changes)
            case "boolean": try hash.set("boolean", to: event[value].boolean(), in: &changes)
            case "text": try hash.set("text", to: event[value].text(), in: &changes)
            default: break
            }
        }
    }

    /// What the events of key `k` make: operations, and the rest of their members.
    func test(_ events: (op: String, rest: String)...) throws -> ProjectionTest {
        let test = try ProjectionTest(Every())
        for event in events {
            test.given(TestEvent(key: "k", #"{"op":"\#(event.op)","at":1767225600\#(event.rest)}"#))
        }
        return test
    }

    @Test func `a hash sets, unsets, increments and deletes`() throws {
        let one = try test(
            ("hash", #","v":"a\u00e9""#), ("hash", #","v":{ "x": 1 },"maybe":"m""#), ("hash", #","v":1.50"#))
        #expect(
            one.hash("hash:k") == [
                "v": "1.50", "maybe": "m", "n": "7", "yes": "true", "offset": "3", "count": "3", "sum": "-6",
            ])
        let escaped = try test(("hash", #","v":"a\u00e9""#), ("hash-unset", #","v":"n""#))
        #expect(escaped.hash("hash:k")["v"] == "aé")
        #expect(escaped.hash("hash:k")["n"] == nil)
        #expect(try test(("hash", #","v":1"#), ("hash-delete", "")).keys.isEmpty)
        #expect(try test(("hash", #","v":null,"maybe":1"#)).hash("hash:k").keys.sorted().first == "count")
    }

    @Test func `a field is either set or incremented`() throws {
        let set = try test(("hash-class", ""))
        #expect(set.parked.first?.reason.contains("only be incremented") == true)
        #expect(set.parked.first?.view == "hash")
        let increment = try test(("hash-class-2", ""))
        #expect(increment.parked.first?.reason.contains("the view's `sums` do not name it") == true)
        #expect(increment.keys.isEmpty)
    }

    @Test func `a whole row forgets what it held, expires, and a tombstone deletes it`() throws {
        let all = try test(("whole", #","v":1,"gone":2"#), ("whole", #","v":null,"w":"x""#))
        #expect(all.hash("whole:k") == ["op": "whole", "at": "1767225600", "w": "x"])
        #expect(all.deadline("whole:k") == 1_767_225_605_000)
        let set = try test(("whole", #","v":1,"gone":2"#), ("whole-set", #","v":3"#))
        #expect(set.hash("whole:k") == ["a": "3"])
        set.given(.tombstone(key: "k"))
        #expect(set.keys.isEmpty)
    }

    @Test func `a shared hash takes what its key's path finds`() throws {
        let shared = try test(("shared", #","id":"a:b","v":1.25"#), ("shared", #","id":"a:b","v":2"#))
        #expect(shared.hash("shared:a%3Ab") == ["a:b": "325"])
        #expect(try test(("shared", #","v":1"#)).parked.count == 1)
        #expect(try test(("shared", #","id":{},"v":1"#)).parked.first?.view == "shared")
    }

    @Test func `a document is written whole`() throws {
        let document = try test(("document", #","v":{"x" : "\n"},"maybe":null"#))
        #expect(document.text("document:k") == #"{"v":{"x":"\n"},"text":"a \"b\"","n":7}"#)
        #expect(document.deadline("document:k") == 1_767_225_660_000)
        let all = try test(("document-all", #","v":[ 1 ]"#))
        #expect(all.text("document:k") == #"{"op":"document-all","at":1767225600,"v":[ 1 ]}"#)
        #expect(try test(("document", #","v":1"#), ("document-delete", "")).keys.isEmpty)
    }

    @Test func `counters add and delete`() throws {
        let counter = try test(("counter", #","v":5.0"#), ("counter", #","v":-7"#))
        #expect(counter.text("counter:k") == "-2")
        #expect(counter.text("total") == "2")
        #expect(try test(("counter", #","v":5"#), ("counter-delete", "")).keys == ["total"])
    }

    @Test func `sets add and remove, and unique counts`() throws {
        let added = try test(("add", #","v":"x","maybe":"de""#), ("add", #","v":7"#))
        #expect(added.members("tags:k") == ["7", "x"])
        #expect(added.members("countries") == ["de"])
        #expect(added.members("open") == ["k"])
        #expect(added.members("unique") == ["7", "x"])
        let removed = try test(("add", #","v":"x""#), ("add", #","v":"y""#), ("remove", #","v":"x""#))
        #expect(removed.members("tags:k") == ["y"])
        #expect(removed.members("open").isEmpty)
        #expect(try test(("add", #","v":"x""#), ("tags-delete", "")).members("tags:k").isEmpty)
    }

    @Test func `scores sum, rise, fall and are set`() throws {
        let scores = try test(("score", #","v":2.5"#), ("score", #","v":0.1"#), ("score", #","v":1"#))
        #expect(scores.scores("sums") == ["a": 36])
        #expect(scores.scores("maxima") == ["a": 2.5])
        #expect(scores.scores("minima:k") == ["a": 0.1])
        #expect(scores.scores("scores") == ["k": 1])
        #expect(try test(("score", #","v":1"#), ("score-remove", "")).keys == ["maxima", "sums"])
        #expect(try test(("score-other", "")).parked.first?.reason.contains("not the event's key") == true)
        #expect(try test(("score", #","v":1e999"#)).keys.isEmpty)
    }

    @Test func `the latest keep the newest members`() throws {
        let test = try ProjectionTest(Every())
        for (member, at) in [("a", 3), ("b", 2), ("c", 4), ("a", 1)] {
            test.given(TestEvent(key: "k", #"{"op":"latest","v":"\#(member)","at":\#(at)}"#))
        }
        #expect(test.scores("latest") == ["a": 3_000, "c": 4_000])
        let fixed = try self.test(("latest-at", ""))
        #expect(fixed.scores("latest") == ["then": 5])
    }

    @Test func `buckets are made by the event's time, or another`() throws {
        let bucket = try test(("bucket", ""), ("bucket", ""))
        #expect(bucket.hash("buckets:1767225600") == ["n": "2"])
        #expect(bucket.deadline("buckets:1767225600") == 1_767_225_611_000)
        let fixed = try test(("bucket-at", ""))
        #expect(fixed.hash("buckets:0") == ["n": "6"])
        #expect(fixed.hash("buckets:20") == ["n": "3"])
    }

    @Test func `an event that throws leaves nothing behind`() throws {
        let half = try test(("counter", #","v":1"#), ("half", ""), ("counter", #","v":1"#))
        #expect(half.text("total") == "1")
        #expect(half.hash("hash:k").isEmpty)
        #expect(half.parked.map(\.reason) == ["half done", "an earlier event of this key is parked"])
        #expect(try test(("huge", "")).parked.first?.reason.contains("2^53") == true)
    }

    @Test func `what cannot be read parks with what stands there`() throws {
        #expect(try test(("time", #","v":"2026-01-01T00:00:01.5Z""#)).hash("hash:k") == ["time": "1767225601500"])
        #expect(try test(("boolean", #","v":false"#)).hash("hash:k") == ["boolean": "false"])
        #expect(try test(("text", #","v":"\ud83d\ude00""#)).hash("hash:k") == ["text": "😀"])
        #expect(try test(("text", #","v":"\ud83d""#)).parked.count == 1)
        #expect(try test(("text", "")).parked.first?.reason == "$.v finds nothing")
        #expect(try test(("boolean", #","v":1"#)).parked.first?.reason == "$.v is 1; true or false is needed")
        #expect(try test(("time", #","v":"soon""#)).parked.first?.reason.contains("$.v is soon") == true)
        #expect(
            try test(("time", #","v":"2026-01-01T00:00:00+0000""#)).parked.first?.reason
                == "$.v is 2026-01-01T00:00:00+0000; a time is needed: write 2026-01-31T09:30:00Z (seconds and a zone, Z or "
                + "+01:00), 2026-01-31 or a number since 1970, up to the year 9999")
        #expect(
            try test(("bucket-before", "")).parked.first?.reason
                == "the time -5 is not between 1970 and the year 9999 (in milliseconds since 1970)")
        #expect(try test(("hash", "")).parked.first?.view == "hash")
        let broken = try ProjectionTest(Every())
        broken.given(TestEvent(key: nil, "{"), TestEvent(key: nil, #"{"op":"add","v":1}"#))
        #expect(broken.parked.count == 2)
        #expect(broken.keys.isEmpty)
    }
}
