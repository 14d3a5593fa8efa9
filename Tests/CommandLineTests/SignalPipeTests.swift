import Foundation
import Glibc
import Testing

@testable import System

@Suite struct Signals {
    @Test func `signals become readable in the order in which they come`() throws {
        let seen = Thread.detached {
            // On a thread of its own, which keeps the blocked signals for itself. It may be run under nohup.
            signal(SIGHUP, SIG_DFL)
            guard let pipe = try? SignalPipe(secondKills: false), pipe.next() == nil else { return Data() }
            var bytes = Data()
            for number in [SIGTERM, SIGINT, SIGHUP] {
                pthread_kill(pipe.thread, number)
                var waiting = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&waiting, 1, 10_000) == 1, let signal = pipe.next() else { return bytes }
                bytes.append(signal == .interrupt ? 1 : 2)
            }
            return bytes
        }
        #expect(seen.value() == Data([2, 1, 2]))
    }

    @Test func `a write to a closed pipe is an error and not the end`() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let device = Device(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: false, hasColor: false)
        #expect(!device.write("x"))
    }

    @Test func `the system's words are in its errors`() {
        #expect(SystemError("pipe", EMFILE).description == "pipe: Too many open files (24)")
    }
}
