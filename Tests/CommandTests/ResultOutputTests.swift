import Glibc
import System
import Testing

@testable import LanternCommand

@Suite struct ResultOutputTests {
    private func code(writingTo path: String) throws -> ExitCode {
        let descriptor = unsafe open(path, O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let output = ResultOutput(Device(descriptor: descriptor, isTerminal: false, hasColor: false))
        output.write("result\n")
        return output.checked(.done)
    }

    @Test func `a result that could not be written is a failure`() throws {
        #expect(try code(writingTo: "/dev/full") == .failed)
        #expect(try code(writingTo: "/dev/null") == .done)
    }

    @Test func `a reader that has seen enough is not a failure`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let output = ResultOutput(Device(descriptor: ends[1], isTerminal: false, hasColor: false))
        output.write("result\n")
        #expect(output.checked(.done) == .done)
        #expect(output.checked(.halted) == .halted)
    }
}
