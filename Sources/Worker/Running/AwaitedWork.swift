import Glibc
import Synchronization
import System

/// Work that asks servers and may wait long for them, on a thread of its own: a signal does not wait for it.
final class AwaitedWork<Value>: @unchecked Sendable {
    // Written by the thread, read by the one that waits once `done` is readable.
    private var result: Result<Value, any Error>?
    private let done: WakeDescriptor

    private init() throws { done = try WakeDescriptor() }

    /// Does the work, and returns what came of it; nil if a signal came first, which is left to be taken. Then the work goes on,
    /// and its result is lost.
    static func run(signals: SignalPipe?, _ body: @escaping () throws -> Value) -> Result<Value, any Error>? {
        guard let signals else { return Result { try body() } }
        do {
            let work = try AwaitedWork()
            try DetachedThread.start {
                work.result = Result { try body() }
                work.done.wake()
            }
            return work.wait(signals)
        } catch {
            return .failure(error)
        }
    }

    private func wait(_ signals: SignalPipe) -> Result<Value, any Error>? {
        while true {
            let descriptors = [done.descriptor, signals.descriptor]
            var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&waiting, 2, -1) > 0 else { continue }
            if waiting[0].revents != 0 { return result }
            if waiting[1].revents != 0 { return nil }
        }
    }
}
