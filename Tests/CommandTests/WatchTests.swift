import Bytes
import Projections
import Records
import Testing

@testable import LanternCommand

@Suite struct `The watched rows of a view` {
    private let key = Array("order:o-1".utf8)
    private let place = WatchedView.Place(topic: "orders", partition: 3)

    private func row(_ entries: [String: String]) -> WatchedRow {
        WatchedRow(Dictionary(uniqueKeysWithValues: entries.map { (Array($0.utf8), Array($1.utf8)) }))
    }

    private func look(_ row: WatchedRow?, next: Int64?, generation: String = "a", time: Int64 = 0) -> WatchedView.Look {
        var look = WatchedView.Look(time: time)
        look.generation = GenerationRecord(
            number: generation == "a" ? 1 : 2, identifier: generation, fingerprint: "f")
        look.checkpoints[place] = next
        look.rows[key] = .some(row)
        return look
    }

    private func texts(_ news: [WatchedView.News]) -> [String] {
        news.map { if case .change(let change) = $0 { change.text } else { "\($0)" } }
    }

    @Test func `changes are lines with the offsets that were passed and by how much numbers grew`() {
        var view = WatchedView()
        #expect(view.take(look(row(["status": "placed", "total": "1.5"]), next: 10)).isEmpty)
        #expect(view.take(look(row(["status": "placed", "total": "1.5"]), next: 12)).isEmpty)
        let changes = view.take(
            look(row(["status": "paid", "total": "12.25", "note": "x"]), next: 15, time: 3_723_004))
        #expect(
            texts(changes) == [
                "01:02:03.004  order:o-1  note = x  orders-3@12..14",
                "01:02:03.004  order:o-1  status placed → paid  orders-3@12..14",
                "01:02:03.004  order:o-1  total 1.5 → 12.25 (+10.75)  orders-3@12..14",
            ])
        #expect(
            texts(view.take(look(row(["status": "paid", "total": "2.25"]), next: 16))) == [
                "00:00:00.000  order:o-1  note gone, was x  orders-3@15",
                "00:00:00.000  order:o-1  total 12.25 → 2.25 (-10)  orders-3@15",
            ])
        #expect(
            texts(view.take(look(nil, next: 17))) == [
                "00:00:00.000  order:o-1  gone: status=paid total=2.25  orders-3@16"
            ]
        )
        #expect(
            texts(view.take(look(row(["a": "b"]), next: 18))) == ["00:00:00.000  order:o-1  new: a=b  orders-3@17"])
    }

    @Test func `what changes without an event says so, and a checkpoint that went back too`() {
        var view = WatchedView()
        _ = view.take(look(row(["a": "1"]), next: 20))
        #expect(
            texts(view.take(look(row(["a": "2"]), next: 20)))[0].hasSuffix(
                "without an event: it expired, or another program wrote it"))
        #expect(texts(view.take(look(row(["a": "1"]), next: 11)))[0].hasSuffix("orders-3 went back to @10"))
    }

    @Test func `another generation is news, and its rows are compared without offsets`() {
        var view = WatchedView()
        _ = view.take(look(row(["a": "1"]), next: 20))
        let news = view.take(look(row(["a": "2"]), next: 7, generation: "b"))
        #expect(news.first == .generation(2) && news.count == 2)
        guard case .change(let change) = news[1] else { return }
        #expect(change.events == nil && change.delta == "+1")
        var gone = look(nil, next: nil)
        gone.generation = nil
        #expect(view.take(gone).first == .noGeneration)
    }

    @Test func `rows are new only once all rows are known`() {
        var view = WatchedView()
        _ = view.take(WatchedView.Look(time: 0))
        var found = look(row(["a": "1"]), next: 1)
        found.tellsNewRows = false
        #expect(view.take(found).allSatisfy { if case .change = $0 { false } else { true } })
        var more = look(row(["a": "1"]), next: 2)
        more.rows[Array("order:o-2".utf8)] = .some(row(["b": "1"]))
        #expect(texts(view.take(more)) == ["00:00:00.000  order:o-2  new: b=1  orders-3@1"])
    }

    @Test func `values of any bytes are shown, and no two names are taken for one`() {
        let composed: [[UInt8]: [UInt8]] = [Array("\u{E9}".utf8): [0x31], Array("e\u{301}".utf8): [0x1B, 0xFF]]
        var view = WatchedView()
        _ = view.take(look(WatchedRow([:]), next: 1))
        let lines = texts(view.take(look(WatchedRow(composed), next: 2)))
        #expect(lines.count == 2 && !lines.joined().contains("\u{1B}"), "\(lines)")
    }

    @Test func `large sets and leaderboards are watched as far as they are looked at`() {
        func row(_ content: StoredRow.Content?) -> WatchedRow? {
            WatchedRow(content.map { StoredRow(key: [0x6B], content: $0) })
        }
        #expect(row(.members([[0x61], [0x62]], count: 2)) == WatchedRow([[0x61]: [], [0x62]: []]))
        let many = row(.scored([.init([0x61], [0x39])], count: 500))
        #expect(many?.memberCount == 500 && many?.text == "a=9 … (500 members)")
        #expect(row(nil) == nil)
        #expect(row(.estimate(12))?.text == "12")
        #expect(row(.text([0x37]))?.text == "7")
        #expect(row(.fields([.init([0x61], [0x62])])) == WatchedRow([[0x61]: [0x62]]))
        let more = row(.scored([.init([0x61], [0x39])], count: 501))
        let change = WatchedChange.all(of: [0x6B], from: many, to: more, events: [], time: 0)
        #expect(change.map(\.before) == ["500 members"] && change.map(\.after) == ["501 members"])
    }
}
