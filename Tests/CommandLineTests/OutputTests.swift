import Testing

@testable import CommandLine
@testable import System

@Suite struct Output {
    private let terminal = Device(descriptor: -1, isTerminal: true, hasColor: true)
    private let file = Device(descriptor: -1, isTerminal: false, hasColor: false)

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1.0k"), (12_345, "12.3k"), (999_949, "999.9k"), (999_960, "1.0M"),
        (1_200_000, "1.2M"), (-12_345, "-12.3k"), (Int64.max, "9.2E"),
    ])
    func `counts are short`(value: Int64, text: String) {
        #expect(HumanNumber.count(value) == text)
    }

    @Test(arguments: [
        (0, "0 ms"), (350, "350 ms"), (1_000, "1.0 s"), (9_949, "9.9 s"), (9_999, "9 s"), (59_999, "59 s"),
        (185_000, "3 m 05 s"), (7_620_000, "2 h 07 m"), (273_600_000, "3 d 04 h"), (-350, "-350 ms"),
        (Int64.min, "-106751991167 d 07 h"),
    ])
    func `durations are short`(milliseconds: Int64, text: String) {
        #expect(HumanNumber.duration(milliseconds: milliseconds) == text)
    }

    @Test func `rates, bytes and groups`() {
        #expect(HumanNumber.rate(1_200_000) == "1.2M/s")
        #expect(HumanNumber.rate(2.5) == "2.5/s")
        #expect(HumanNumber.rate(.nan) == "-/s")
        #expect(HumanNumber.bytes(1_536) == "1.5 KiB")
        #expect(HumanNumber.bytes(950) == "950 B")
        #expect(HumanNumber.grouped(-1_234_567) == "-1,234,567")
        #expect(HumanNumber.grouped(100) == "100")
    }

    @Test func `a table lines up, and nothing in it moves the cursor`() {
        var table = Table([.init("topic"), .init("lag", .right)])
        table.append(["orders", "1"])
        table.append(["a\u{1B}[2J\nb"])
        table.append(["x", "1234", "too many"])
        #expect(TerminalText.visible("a\u{200B}b\u{202E}") == "a\\u{200b}b\\u{202e}")
        #expect(TerminalText.visible("👩‍🚀 \u{645}\u{6CC}\u{200C}\u{62E}") == "👩‍🚀 \u{645}\u{6CC}\u{200C}\u{62E}")
        #expect(table.text() == "topic           lag\norders            1\na\\x1B[2J\\x0Ab\nx              1234\n")
    }

    @Test func `progress is a pure function of what it holds`() {
        let line = ProgressLine("folding", done: 500, total: 1_000, fields: [("rate", "1.2M/s")])
        #expect(line.text(width: 200) == "folding  [==========          ] 50%  500 of 1.0k  rate 1.2M/s")
        #expect(line.text(width: 60) == "folding  [=====     ] 50%  500 of 1.0k  rate 1.2M/s")
        #expect(line.text(width: 50) == "folding  50%  500 of 1.0k  rate 1.2M/s")
        #expect(line.text(width: 10) == "folding  …")
        #expect(ProgressLine("x", done: 7, fields: [("", "1/s")]).text(width: 80) == "x  7  1/s")
        #expect(ProgressLine("x", done: 7).text(width: 80) == "x  7")
        #expect(ProgressLine("x", done: 9, total: 3).text(width: 80) == "x  [====================] 100%  9 of 3")
        #expect(ProgressLine("x", done: 0, total: 0).text(width: 80) == "x  0")
    }

    @Test func `on a terminal progress is redrawn in place, at most ten times a second`() {
        var display = ProgressDisplay(terminal)
        #expect(display.update(ProgressLine("a", done: 1), at: 1_000, width: 80) == "\r\u{1B}[Ka  1")
        #expect(display.update(ProgressLine("a", done: 2), at: 1_050, width: 80) == nil)
        #expect(display.update(ProgressLine("a", done: 3), at: 1_100, width: 4) == "\r\u{1B}[Ka …")
        #expect(display.ending(ProgressLine("a", done: 4), width: 80) == "\r\u{1B}[Ka  4\n")
    }

    @Test func `elsewhere progress is a plain line now and then`() {
        var display = ProgressDisplay(file)
        #expect(display.update(ProgressLine("a", done: 1), at: 0, width: .max) == "a  1\n")
        #expect(display.update(ProgressLine("a", done: 2), at: 4_999, width: .max) == nil)
        #expect(display.update(ProgressLine("a", done: 3), at: 5_000, width: .max) == "a  3\n")
        #expect(display.ending(ProgressLine("a", done: 4), width: .max) == "a  4\n")
    }
}
