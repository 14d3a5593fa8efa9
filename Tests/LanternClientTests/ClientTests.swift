import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@testable import LanternClient

@Suite struct `A client of the read API` {
    private func vector(_ checkpoint: String?, _ generation: String?) -> AnswerVector {
        AnswerVector(checkpoint: checkpoint, generation: generation)
    }

    private func words(_ seen: SeenVectors, _ question: Question) -> [String] {
        seen.parameters(for: question).map { "\($0.name)=\($0.value)" }
    }

    private let order = Question.row("orders", "order", "o-1")

    @Test func `asks for no less than it has seen, whichever answer came first`() {
        var seen = SeenVectors()
        #expect(words(seen, order).isEmpty)
        seen.note(vector("orders/0@10,1@5,payments/0@3", "orders:2"), of: order)
        seen.note(vector("orders/0@9,1@6", "orders:2"), of: order)
        #expect(words(seen, order) == ["seen=orders=orders/0@10,1@6,payments/0@3", "generation=orders:2"])
        // An answer of an older generation that came late.
        seen.note(vector("orders/0@99", "orders:1"), of: order)
        #expect(words(seen, order) == ["seen=orders=orders/0@10,1@6,payments/0@3", "generation=orders:2"])
        seen.note(vector("orders/0@11", "orders:3"), of: order)
        #expect(words(seen, order) == ["seen=orders=orders/0@11,1@6", "generation=orders:3"])
        // Another projection's rows are not in it.
        #expect(words(seen, .row("clients", "client", "c")).isEmpty)
    }

    @Test func `knows the generation of an answer whose vector is too long to be said`() {
        var seen = SeenVectors()
        seen.note(vector("orders/0@11,1@6", "orders:3"), of: order)
        seen.note(vector(nil, "orders:4"), of: order)
        #expect(words(seen, order) == ["seen=orders=orders/0@11,1@6", "generation=orders:4"])
        let page = Question.query("customer-page")
        seen.note(vector(nil, "clients:1, orders:5"), of: page)
        #expect(words(seen, page) == ["seen=orders=orders/0@11,1@6", "generation=clients:1,orders:5"])
    }

    @Test func `asks for no topic that a newer generation does not read`() {
        var seen = SeenVectors()
        seen.note(vector("orders/0@10,payments/0@3", "orders:2"), of: order)
        seen.note(vector("orders/0@9", "orders:2"), of: order)
        #expect(words(seen, order).first == "seen=orders=orders/0@10,payments/0@3")
        seen.note(vector("orders/0@9,refunds/0@1", "orders:3"), of: order)
        #expect(words(seen, order) == ["seen=orders=orders/0@10,refunds/0@1", "generation=orders:3"])
    }

    @Test func `asks for the generation alone where a vector is too long for a request`() {
        var seen = SeenVectors()
        func offsets(_ topic: String) -> String {
            "\(topic)/" + (0..<300).map { "\($0)@1234567" }.joined(separator: ",")
        }
        seen.note(vector(offsets("orders"), "orders:1"), of: order)
        #expect(words(seen, order).count == 2)
        seen.note(vector(offsets("payments"), "orders:1"), of: order)
        #expect(words(seen, order) == ["generation=orders:1"])
    }

    @Test func `knows what a query reads from its answers`() {
        var seen = SeenVectors()
        let page = Question.query("customer-page", ["customerId": "c-7"])
        seen.note(vector("clients=clients/0@7; orders=orders/0@42,1@3", "clients:1, orders:4"), of: page)
        let other = Question.query("customer-page", ["customerId": "c-8"])
        #expect(
            words(seen, other) == ["seen=clients=clients/0@7;orders=orders/0@42,1@3", "generation=clients:1,orders:4"])
        #expect(words(seen, order) == ["seen=orders=orders/0@42,1@3", "generation=orders:4"])
    }

    @Test func `writes questions and conditions as the read API takes them`() throws {
        let client = LanternReader(try #require(URL(string: "http://h:1/under/")), token: { "t" })
        func text(_ question: Question, _ condition: Condition = Condition()) throws -> String? {
            try client.request("/v1/\(question.path)", question.parameters + condition.parameters).url?.absoluteString
        }
        #expect(try text(.row("p", "v", "a/b", "ä")) == "http://h:1/under/v1/views/p/v?key=a%2Fb&key=%C3%A4")
        #expect(try text(.rows("p", "v", keys: ["a,b", "c"])) == "http://h:1/under/v1/views/p/v?keys=a%2Cb&keys=c")
        #expect(try text(.around("p", "v", member: "m", count: 2)) == "http://h:1/under/v1/views/p/v?around=m&count=2")
        #expect(try text(.last("p", "v", span: .seconds(90))) == "http://h:1/under/v1/views/p/v?last=90000ms")
        #expect(try text(.query("q", ["x": "1&2"])) == "http://h:1/under/v1/queries/q?x=1%262")
        var condition = Condition.after(.init(topic: "t", partition: 1, offset: 5), wait: .zero)
        condition.allowsStale = true
        #expect(
            try text(.top("p", "v", count: 3), condition)
                == "http://h:1/under/v1/views/p/v?top=3&after=t%2F1%405&wait=0&stale=allow")
        #expect(Condition.text(.microseconds(1_001)) == "2ms")
        let request = try client.request("/v1/x", [])
        #expect(request.value(forHTTPHeaderField: "Authorization") == "Bearer t")
        #expect(!Question.page("p", "v").takesConditions && order.takesConditions)
    }

    @Test func `reads events however their bytes come`() throws {
        let text =
            ":\n\nevent: snapshot\nid: g.1-0\ndata: {\"a\":\ndata:1}\n\nevent: reset\nid: g.2-0\ndata: {}\n\nid: x\n\n"
        let wanted = [
            ServerEvent(name: "snapshot", id: "g.1-0", data: "{\"a\":\n1}"),
            ServerEvent(name: "reset", id: "g.2-0", data: "{}"),
        ]
        for size in [1, 2, 3, 7, 1_000] {
            var parser = ServerEvent.Parser()
            var events: [ServerEvent] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let found = parser.take(bytes[start..<min(start + size, bytes.count)])
                events += try #require(found)
            }
            #expect(events == wanted, "\(size) bytes at a time")
        }
    }

    @Test func `keeps the newest rows for who is slow, and every reset`() {
        func answer(_ number: Int) -> Answer<Int> { Answer(number, vector(nil, nil)) }
        func taken(_ buffer: inout ChangeBuffer<Int>) -> [String] {
            var list: [String] = []
            while let change = buffer.pop() {
                switch change {
                case .reset: list.append("reset")
                case .snapshot(let answer): list.append("snapshot \(answer.rows ?? -1)")
                case .rows(let answer): list.append("rows \(answer.rows ?? -1)")
                }
            }
            return list
        }
        var buffer = ChangeBuffer<Int>()
        for number in 1...5 { buffer.push(number == 1 ? .snapshot(answer(1)) : .rows(answer(number))) }
        #expect(taken(&buffer) == ["snapshot 5"])
        buffer.push(.rows(answer(6)))
        buffer.push(.reset)
        buffer.push(.snapshot(answer(7)))
        buffer.push(.rows(answer(8)))
        #expect(taken(&buffer) == ["reset", "snapshot 8"])
        buffer.push(.rows(answer(9)))
        buffer.push(.rows(answer(10)))
        #expect(taken(&buffer) == ["rows 10"] && taken(&buffer).isEmpty)
    }

    @Test func `reads rows of each kind`() throws {
        struct Revenue: Codable, Equatable { var cents: Int }
        func read<Rows: Decodable>(_ json: String, _ type: Rows.Type) throws -> Rows {
            try JSONDecoder().decode(type, from: Data(json.utf8))
        }
        #expect(try read(#"{"key":"k","fields":{"cents":5}}"#, Row<Revenue>.self).fields.cents == 5)
        #expect(try read(#"{"key":"k","value":[1,2]}"#, Document<[Int]>.self).value == [1, 2])
        #expect(try read(#"{"key":"k","members":["a"],"count":9}"#, MemberRow.self).count == 9)
        let ranking = try read(
            #"{"members":[{"member":"a","score":"inf","rank":1},{"member":"b","score":2.5,"rank":2}],"count":2}"#,
            Ranking.self)
        #expect(ranking.members.map(\.score) == [.infinity, 2.5])
        #expect(try read(#"{"rows":[null,{"key":"k","fields":{"cents":5}}]}"#, Rows<Row<Revenue>>.self).rows.count == 2)
        let buckets = try read(
            #"{"sum":{"cents":5},"buckets":[{"start":60,"fields":{"cents":5}}]}"#, Buckets<Revenue>.self)
        #expect(buckets.sum == Revenue(cents: 5) && buckets.buckets.map(\.start) == [60])
        #expect(try read(#"{"sum":{},"buckets":[]}"#, Buckets<Revenue>.self).sum == nil)
        #expect(try read(#"{"rows":[],"cursor":null}"#, Page<Row<Revenue>>.self).cursor == nil)
    }
}
