import Configuration
import Foundation
import Projections
import Reads
import Records
import Redis
import Testing

@testable import Gateway

@Suite struct `The read API` {
    private static let file = """
        kafka: { bootstrap.servers: "localhost:1" }
        redis: redis://localhost
        projections:
          shop:
            version: 1
            topics: { orders: { key: $.orderId } }
            type: $.type
            views:
              order: { hash: "order:{orderId}", events: { Placed: { set: { status: placed, version: $.version } } } }
              pair: { hash: "pair:{a}:{b}", events: { Paid: { increment: { cents: $.cents } } } }
              top: { sorted-set: "top", member: $.customer, events: { Paid: { increment: $.cents } } }
              minutes: { buckets: "minutes", every: 1m, retain: 1h, events: { Paid: { increment: { paid: 1 } } } }
        """

    private func plan() throws -> ProjectionPlan { try Configuration.parse(text: Self.file).projections[0] }

    private func view(_ name: String) throws -> ViewPlan {
        try #require(plan().views.first { $0.name == name })
    }

    /// What a path below its view asks; `words` are its parameters.
    private func question(_ name: String, _ segments: [String], _ words: [(String, String)] = []) throws -> RowQuestion
    {
        let request = HTTPRequest("GET", "/", query: words.map { .init($0.0, $0.1) })
        return try QuestionReader(
            request: request, plan: plan(), view: view(name), segments: segments, now: 200_000
        ).question()
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `asks for rows by the values of their keys`() throws {
        #expect(try question("order", ["o-1"]) == .row(bytes("order:o-1"), limit: 100))
        #expect(try question("order", ["a", "b"]) == .row(bytes("order:a/b"), limit: 100))
        #expect(try question("order", [], [("key", "a:b")]) == .row(bytes("order:a%3Ab"), limit: 100))
        #expect(try question("pair", ["a", "b"]) == .row(bytes("pair:a:b"), limit: 100))
        #expect(try question("pair", [], [("key", "a/x"), ("key", "b")]) == .row(bytes("pair:a/x:b"), limit: 100))
        #expect(try question("order", [], [("keys", "a,b")]) == .rows([bytes("order:a"), bytes("order:b")]))
        #expect(
            try question("order", [], [("keys", "a,b"), ("keys", "c")])
                == .rows([bytes("order:a,b"), bytes("order:c")]))
        #expect(try question("top", [], [("top", "3")]) == .ranking(bytes("top"), fromTop: true, count: 3))
        #expect(
            try question("top", [], [("around", "c-1"), ("count", "2")])
                == .around(bytes("top"), member: bytes("c-1"), count: 2))
        #expect(
            try question("minutes", [], [("last", "2m")])
                == .buckets([120, 180].map { .init(start: $0, key: bytes("minutes:\($0)")) }))
        #expect(try question("minutes", ["120"]) == .row(bytes("minutes:120"), limit: 100))
        #expect(try question("order", [], [("scan", "0")]) == .page(cursor: bytes("0")))
        #expect(try question("order", [], [("scan", "0017")]) == .page(cursor: bytes("17")))
    }

    @Test(
        arguments: [
            ("order", [], []), ("order", [""], []), ("pair", ["a"], []), ("pair", ["a", "b", "c"], []),
            ("order", ["a"], [("key", "b")]), ("order", ["a"], [("keys", "b")]), ("order", [], [("keys", "")]),
            ("pair", [], [("keys", "a")]), ("order", ["a"], [("top", "3")]), ("top", [], [("top", "0")]),
            ("top", [], [("top", "1001")]), ("top", [], [("top", "x")]), ("top", [], [("top", "1"), ("bottom", "1")]),
            ("top", ["x"], []), ("minutes", [], [("last", "soon")]), ("minutes", [], [("last", "40d")]),
            ("minutes", ["x"], []), ("order", [], [("last", "1m")]), ("order", [], [("scan", "-1")]),
            ("order", [], [("scan", "x")]), ("order", ["a"], [("scan", "0")]),
            ("order", [String(repeating: "k", count: 5_000)], []),
        ] as [(String, [String], [(String, String)])])
    func `refuses what cannot be asked`(name: String, segments: [String], words: [(String, String)]) {
        let error = #expect(throws: Problem.self) { try question(name, segments, words) }
        #expect(error?.kind == .request && error?.detail.isEmpty == false)
    }

    private func condition(_ words: [(String, String)]) throws -> FreshnessCondition {
        let plan = try plan()
        let subject = ReadSubject(
            plan: plan,
            redis: .init(
                address: .init(
                    endpoint: .tcp(host: "localhost", port: 1), usesTLS: false, database: 0, user: nil, password: nil),
                connectTimeoutMilliseconds: 1, commandTimeoutMilliseconds: 1, replyLimits: .none))
        let request = HTTPRequest("GET", "/", query: words.map { .init($0.0, $0.1) })
        return try ConditionReader(request: request, subjects: [subject]).condition()
    }

    @Test func `takes how fresh it must be`() throws {
        #expect(try condition([]).isEmpty)
        var wanted = FreshnessCondition()
        wanted.after = OffsetList([.init(topic: "orders", partition: 3, offset: 1041)])
        wanted.waitNanoseconds = 1_000_000_000
        #expect(try condition([("after", "orders/3@1041")]) == wanted)
        wanted.waitNanoseconds = 500_000_000
        wanted.allowsStale = true
        #expect(try condition([("after", "orders/3@1041"), ("wait", "500ms"), ("stale", "allow")]) == wanted)
        #expect(try condition([("latest", "")]).maxStaleNanoseconds == 0)
        #expect(try condition([("max-stale", "200ms"), ("wait", "0")]).maxStaleNanoseconds == 200_000_000)
        #expect(try condition([("where", "version>=7")]).field == FieldCondition("version>=7"))
        let seen = try condition([("seen", "shop=orders/0@1,1@2"), ("generation", "shop:4")])
        #expect(seen.seen.first?.projection == "shop" && seen.seen.first?.offsets.places.count == 2)
        #expect(seen.generations == [.init(projection: "shop", number: 4)])
    }

    @Test func `what an earlier answer said of topics and projections that are no longer read binds nobody`() throws {
        let all = try condition([
            ("seen", "shop=orders/0@1,other/1@2;gone=orders/0@5"), ("generation", "gone:7,shop:4"),
        ])
        #expect(
            all.seen == [
                .init(projection: "shop", offsets: OffsetList([.init(topic: "orders", partition: 0, offset: 1)]))
            ])
        #expect(all.generations == [.init(projection: "shop", number: 4)])
        #expect(try condition([("seen", "gone/0@5"), ("generation", "gone:7")]).isEmpty)
    }

    @Test(
        arguments: [
            ("after", "x"), ("after", "other/0@1"), ("seen", "orders"), ("generation", "shop"),
            ("generation", "shop:0"), ("generation", "shop:+4"), ("latest", "no"),
            ("max-stale", "0ms"),
            ("max-stale", "fast"), ("where", "version"), ("wait", "2m"), ("wait", "-1s"), ("stale", "yes"),
        ])
    func `refuses a freshness that cannot be`(name: String, value: String) {
        let error = #expect(throws: Problem.self) { try condition([(name, value)]) }
        #expect(error?.kind == .request)
    }

    /// The documents' patterns say what the reader of parameters takes.
    @Test(
        arguments: [
            ("after", "orders/3@1041", true), ("after", "orders/3@1041,4@7,orders/5@1", true), ("after", "", false),
            ("after", "x", false), ("after", "orders/3", false), ("after", "orders/3@1041;", false),
            ("seen", "orders/0@1,1@2", true), ("seen", "shop=orders/0@1", true), ("seen", "", true),
            ("generation", "", true), ("seen", "orders", false),
            ("seen", "shop=orders/0@1; gone=orders/0@1", true), ("seen", "shop=orders/0@1;gone=orders/0@1", true),
            ("generation", "shop:4", true), ("generation", "gone:7, shop:4", true), ("generation", "shop", false),
            ("generation", "shop:0", false), ("generation", "shop:+4", false), ("max-stale", "200ms", true),
            ("max-stale", "1h", true), ("max-stale", "0ms", false), ("max-stale", "fast", false), ("wait", "0", true),
            ("wait", "0ms", true), ("wait", "500ms", true), ("wait", "9999ms", true), ("wait", "60s", true),
            ("wait", "1m", true), ("wait", "61s", false), ("wait", "2m", false), ("wait", "-1s", false),
            ("where", "version>=7", true), ("where", "version<-7", true), ("where", "status=paid", true),
            ("where", "version", false), ("where", "version>x", false), ("where", "=1", false),
            ("stale", "allow", true),
            ("stale", "yes", false), ("latest", "true", true), ("latest", "false", false), ("latest", "no", false),
        ])
    func `documents as OpenAPI what it takes`(name: String, value: String, isTaken: Bool) throws {
        let text = OpenAPI.text(of: try Configuration.parse(text: Self.file))
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let common = (document["components"] as? [String: Any])?["parameters"] as? [String: [String: Any]]
        let paths = document["paths"] as? [String: [String: [String: Any]]]
        let own = paths?["/v1/views/shop/order/{orderId}"]?["get"]?["parameters"] as? [[String: Any]]
        let parameter = try #require(common?[name] ?? own?.first { $0["name"] as? String == name })
        let schema = try #require(parameter["schema"] as? [String: Any])
        var isDocumented = false
        if let pattern = schema["pattern"] as? String {
            isDocumented = try value.wholeMatch(of: Regex(pattern)) != nil
        } else {
            isDocumented = try #require(schema["enum"] as? [Any]).contains { each in
                each as? String == value || (each as? Bool).map { "\($0)" } == value
            }
        }
        #expect(isDocumented == isTaken)
        if isTaken {
            #expect(throws: Never.self) { try condition([(name, value)]) }
        } else {
            #expect(throws: Problem.self) { try condition([(name, value)]) }
        }
    }

    @Test(arguments: [
        ("after", "orders/0@1"), ("latest", ""), ("max-stale", "1s"), ("where", "version>=7"), ("seen", "orders/0@1"),
        ("generation", "shop:4"),
    ])
    func `refuses a freshness that pages cannot keep`(name: String, value: String) throws {
        let condition = try condition([(name, value)])
        let row = ReadPart(
            name: "order", subject: 0, view: try view("order"), question: .row(bytes("order:1"), limit: 1))
        #expect(throws: Never.self) { try ReadRoutes.check(condition, of: row) }
        var page = row
        page.question = .page(cursor: bytes("0"))
        #expect(throws: Never.self) { try ReadRoutes.check(FreshnessCondition(), of: page) }
        let error = #expect(throws: Problem.self) { try ReadRoutes.check(condition, of: page) }
        #expect(error?.kind == .request && error?.detail.contains("`scan`") == true, "\(String(describing: error))")
    }

    @Test func `writes rows as their view types them`() throws {
        func json(_ name: String, _ part: ReadAnswer.Part) throws -> String {
            var output = JSONOutput()
            RowOutput(try view(name)).write(part, to: &output)
            return String(decoding: output.bytes, as: UTF8.self)
        }
        func row(_ key: String, _ content: StoredRow.Content) -> ReadAnswer.Part {
            .row(StoredRow(key: bytes(key), content: content))
        }
        let fields = StoredRow.Content.fields([.init(bytes("cents"), bytes("12")), .init(bytes("a\"b"), [0xFF, 0x0A])])
        #expect(try json("pair", row("pair:a:b", fields)) == #"{"key":"pair:a:b","fields":{"cents":12,"a\"b":"�\n"}}"#)
        #expect(
            try json("order", row("o", .fields([.init(bytes("version"), bytes("7"))])))
                == #"{"key":"o","fields":{"version":"7"}}"#)
        #expect(try json("order", .row(nil)) == "null")
        #expect(try json("order", .rows([nil])) == #"{"rows":[null]}"#)
        #expect(try json("order", row("d", .text(bytes(#"{"a":[1]}"#)))) == #"{"key":"d","value":{"a":[1]}}"#)
        #expect(try json("order", row("d", .text(bytes("{broken")))) == #"{"key":"d","value":"{broken"}"#)
        #expect(try json("order", row("n", .text(bytes("-5")))) == #"{"key":"n","value":-5}"#)
        #expect(
            try json("top", .ranking([.init(bytes("a"), bytes("inf"))], firstRank: 4, step: -1, count: 5))
                == #"{"members":[{"member":"a","score":"inf","rank":5}],"count":5}"#)
        #expect(try json("order", .page([], cursor: bytes("0"))) == #"{"rows":[],"cursor":null}"#)
        #expect(
            try json(
                "minutes",
                .buckets([
                    .init(start: 60, fields: [.init(bytes("paid"), bytes("2"))]),
                    .init(start: 120, fields: [.init(bytes("paid"), bytes("3"))]),
                ]))
                == #"{"sum":{"paid":5},"buckets":[{"start":60,"fields":{"paid":2}},{"start":120,"fields":{"paid":3}}]}"#
        )
    }

    @Test(arguments: ["0", "-0", "12", "-1.5", "1e9", "1.5E-3"])
    func `knows numbers`(text: String) { #expect(JSONOutput.isNumber(bytes(text))) }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "+1", "inf", "1 ", "0x1"])
    func `knows what is no number`(text: String) { #expect(!JSONOutput.isNumber(bytes(text))) }

    @Test func `has events whose data is one line, whatever a document looks like`() throws {
        let row = StoredRow(key: bytes("d"), content: .text(bytes("{\r\n \"a\": \"x\\ny\" }")))
        let answer = ReadAnswer(subjects: [], vectors: [], parts: [.row(row)], degraded: [false], parked: [])
        let output = RowOutput(try view("order"))
        let message = ChangeHub.Message(kind: .rows, position: "g.1-0", answer: answer)
        let text = String(
            decoding: RowStream.bytes(of: message) { answer, json in output.write(answer.parts[0], to: &json) },
            as: UTF8.self)
        #expect(text.hasPrefix("event: rows\nid: g.1-0\ndata: {") && text.hasSuffix("}\n\n"), "\(text)")
        #expect(text.split(separator: "\n").count == 3 && !text.contains("\r"), "\(text)")
    }

    @Test func `has resets without an id: who is cut off behind one is told the rows anew`() {
        let message = ChangeHub.Message(kind: .reset, position: "g.1-0", answer: nil)
        #expect(
            String(decoding: RowStream.bytes(of: message) { _, _ in }, as: UTF8.self) == "event: reset\ndata: {}\n\n")
    }

    @Test func `has problems that say what to do`() {
        for kind in Problem.Kind.allCases {
            let response = Problem(kind, "why", members: [("events", .number(3))]).response
            #expect(response.contentType == "application/problem+json" && response.status == kind.status)
            let body = String(decoding: response.body, as: UTF8.self)
            #expect(body.contains(#""type":"urn:lantern:problem:\#(kind.rawValue)""#) && body.contains(#""events":3"#))
            #expect(response.headers.contains(.init("Retry-After", "1")) == (kind.status == 503))
        }
    }
}
