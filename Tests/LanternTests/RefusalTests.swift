import Testing

@testable import Lantern

/// A projection that breaks a rule is refused when it is prepared, with what to do about it.
@Suite struct RefusalTests {
    /// Any projection of these properties.
    struct Of<Property: Sendable>: Projection {
        static var name: String { "p" }
        static var version: Int { 1 }
        static var topics: [Topic] { [Topic("t", key: "$.id"), Topic("c", isCompacted: true)] }
        let view: Property
        func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    struct Two: Projection {
        static let name = "two", version = 1, topics = ["t"]
        let first = CounterView(shared: "row:{a}"), second = CounterView(shared: "row:{b}:x"),
            third = CounterView(shared: "row:x")
        func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    struct Nothing: Projection {
        static let name = "No", version = 0, topics: [String] = []
        static let time = "when"
        func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {}
    }

    struct Elsewhere: Projection {
        static let name = "elsewhere", version = 1, topics = ["t", "u"]
        static let other = CounterView(shared: "other")
        let here = CounterView(shared: "here", from: ["u"])
        let which = Field("$.which")
        func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
            if event[which] == "other" {
                try Self.other.increment(in: &changes)
            } else {
                try here.increment(in: &changes)
            }
        }
    }

    func fault(_ projection: some Projection) -> String {
        do throws(ProjectionError) {
            _ = try SwiftProjector(projection)
            return ""
        } catch {
            return error.reason
        }
    }

    @Test func `order-dependent views must be owned by the message key`() {
        for words in [
            fault(Of(view: HashView("a:{b}", from: ["t"]))), fault(Of(view: DocumentView("a:{b}", from: ["t"]))),
            fault(Of(view: HashView(whole: "a:{b}", from: ["t"]))), fault(Of(view: CounterView("a", from: ["t"]))),
            fault(Of(view: SetView("a", from: ["t"]))), fault(Of(view: SortedSetView("a", .scores, from: ["t"]))),
        ] {
            #expect(words.contains("put the message key, `{@key}` or `{id}`, into the key"), "\(words)")
        }
        #expect(fault(Of(view: HashView("a:{id}", from: ["t"]))) == "")
        #expect(fault(Of(view: HashView("a:{@key}", from: ["t"]))) == "")
        #expect(fault(Of(view: SetView(ofKeys: "a", from: ["t"]))) == "")
    }

    @Test func `order-dependent views read one topic`() {
        #expect(fault(Of(view: HashView("a:{@key}"))).contains("name one, `from: [\"t\"]`"))
        #expect(fault(Of(view: SetView(ofKeys: "a"))).contains("name one"))
    }

    @Test func `a compacted topic feeds only rows that are written whole`() {
        #expect(fault(Of(view: CounterView(shared: "a", from: ["c"]))).contains("compacted"))
        #expect(fault(Of(view: HashView("a:{@key}", from: ["c"]))).contains("HashView(whole: …)"))
        #expect(fault(Of(view: HashView(whole: "a:{@key}", from: ["c"]))) == "")
        #expect(fault(Of(view: DocumentView("a:{@key}", from: ["c"]))) == "")
    }

    @Test func `keys and options are checked`() {
        #expect(fault(Of(view: CounterView(shared: "{a}", from: ["t"]))).contains("must begin with text"))
        #expect(fault(Of(view: CounterView(shared: "lantern:x", from: ["t"]))).contains("Lantern's own"))
        #expect(fault(Of(view: CounterView(shared: "a:{b}{c}", from: ["t"]))).contains("between two placeholders"))
        #expect(fault(Of(view: CounterView(shared: "a", from: ["z"]))).contains("not one of the projection's topics"))
        #expect(fault(Of(view: LatestView("a", keep: 0, from: ["t"]))).contains("keep"))
        let buckets = BucketsView("a", every: .milliseconds(1_500), retain: .seconds(1), from: ["t"])
        #expect(fault(Of(view: buckets)).contains("whole seconds"))
        #expect(fault(Of(view: Field("total"))).contains("must be a path"))
        #expect(fault(Of(view: Field("$.a[0]"))).contains("array indices"))
        #expect(
            fault(Of(view: HashView(whole: "a:{@key}", from: ["t"], expiresAfter: .days(-1)))).contains("time to live"))
    }

    @Test func `views of one projection cannot make the same key`() {
        let faults = fault(Two())
        #expect(
            faults
                == "projection two: view third could make the same key as view first: begin the keys with different words"
        )
    }

    @Test func `all faults are told at once`() {
        let faults = fault(Nothing()).split(separator: "\n")
        #expect(faults.count == 5, "\(faults)")
        #expect(LanternProgram.fault(of: Two()) != nil)
    }

    @Test func `a view that is no property, or does not read the topic, parks the event`() throws {
        let test = try ProjectionTest(Elsewhere())
        test.given(
            TestEvent(key: nil, #"{"which":"other"}"#), TestEvent(key: nil, "{}"), TestEvent(key: nil, "{}", topic: "u")
        )
        #expect(test.parked.count == 2)
        #expect(test.parked.first?.reason.contains("not a stored property") == true)
        #expect(test.parked.last?.view == "here")
        #expect(test.text("here") == "1")
    }

    @Test func `property names become view names`() {
        #expect(PreparedProjection.name("customerRevenue") == "customer-revenue")
        #expect(PreparedProjection.name("order") == "order")
    }
}
