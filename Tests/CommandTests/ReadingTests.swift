import Foundation
import Records
import Testing

@testable import LanternCommand

@Suite struct ReadingTests {
    @Test func `a pipe is read to its end`() throws {
        let pipe = Pipe()
        let text = String(repeating: "x", count: 10_000)
        pipe.fileHandleForWriting.write(Data(text.utf8))
        try pipe.fileHandleForWriting.close()
        #expect(InputFile.read(descriptor: pipe.fileHandleForReading.fileDescriptor) == Array(text.utf8))
        #expect(InputFile.read("/nowhere") == nil)
        #expect(InputFile.read("/") == nil)
    }

    @Test(arguments: [
        (0, "0s"), (59_999, "59s"), (60_000, "1m 0s"), (3_725_000, "1h 2m"), (2_591_182_000, "29d 23h"),
    ])
    func `a span is its two greatest units`(milliseconds: Int64, text: String) {
        #expect(Row.span(milliseconds) == text)
    }

    @Test func `of many faults of a sample the first are told`() {
        let lines = (0..<30).map { _ in #"{"@key":"a"}"# }.joined(separator: "\n")
        let fault = #expect(throws: SampleFile.Fault.self) { try SampleFile(name: "s", bytes: Array(lines.utf8)) }
        #expect(fault?.lines.count == 21)
        #expect(fault?.lines.last == "and 10 more lines")
    }
}
