import CommandLine
import Observing
import Testing

@testable import LanternCommand

@Suite struct `The terminal's top` {
    private struct Item {
        let name: String
        let numbers: [Int]
    }

    private func columns(_ count: Int) -> [TopColumn<Item>] {
        [TopColumn(heading: "NAME", alignment: .left, importance: 0) { $0.name }]
            + (0..<count).map { index in
                TopColumn(heading: "N\(index)", importance: index + 1) { "\($0.numbers[index])" }
            }
    }

    @Test func `numbers are never cut: the least important columns are left out`() {
        let items = [Item(name: "orders", numbers: [1_234_567, 42, 99_999_999])]
        #expect(TopColumn.table(columns(3), items, width: 80).first == "NAME         N0  N1        N2")
        #expect(TopColumn.table(columns(3), items, width: 24) == ["NAME         N0  N1", "orders  1234567  42"])
        #expect(TopColumn.table(columns(3), items, width: 10) == ["NAME", "orders"])
        #expect(TopColumn.table(columns(3), items, width: 4) == ["NAME", "ord…"])
    }

    @Test func `keys are told apart, whatever arrives at once`() {
        #expect(TopKey.keys(in: Array("\u{1B}[A\u{1B}OBq\r".utf8)) == [.up, .down, .character("q"), .enter])
        #expect(TopKey.keys(in: [0x1B]) == [.escape])
        #expect(
            TopKey.keys(in: Array("\u{1B}[15~é\u{7F}\u{3}\u{1A}\u{1}".utf8)) == [
                .character("é"), .backspace, .interrupt, .suspend,
            ])
        #expect(TopKey.keys(in: Array("\u{1B}[12".utf8)) == [])
    }

    @Test func `fits every screen, and says so when there is nothing`() {
        let model = StatusModel(at: 0)
        for (width, height) in [(80, 24), (200, 50), (20, 6)] {
            let lines = TopScreen().lines(model, width: width, height: height, hasColor: false, now: 1_500)
            #expect(lines.count == height)
            #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
            #expect(lines.contains { $0.contains("there is noth") })
        }
    }

    @Test func `typing a filter is no command`() {
        let model = StatusModel(at: 0)
        var screen = TopScreen()
        for key in TopKey.keys(in: Array("/qp".utf8)) { #expect(screen.take(key, model) == .none) }
        #expect(screen.isFiltering && screen.filter == "qp" && !screen.isPaused)
        #expect(screen.take(.enter, model) == .none)
        #expect(!screen.isFiltering && screen.filter == "qp")
        #expect(screen.take(.escape, model) == .none)
        #expect(screen.filter.isEmpty)
        #expect(screen.order == .lag)
        #expect(screen.take(.character("s"), model) == .none)
        #expect(screen.order == .rate)
        #expect(screen.take(.character("q"), model) == .quit)
        #expect(screen.take(.suspend, model) == .suspend)
    }
}
