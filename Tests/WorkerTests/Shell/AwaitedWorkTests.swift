import Glibc
import Synchronization
import Testing

@testable import System
@testable import Worker

@Suite struct `Work that is awaited` {
    /// Lets the work end when the test says so.
    private final class Gate: Sendable {
        let isOpen = Atomic(false)
        func pass() { while !isOpen.load(ordering: .acquiring) { _ = poll(nil, 0, 1) } }
    }

    private final class Found: Sendable {
        let text = Mutex("")
        let isThere = Atomic(false)
    }

    /// On a thread of its own, which keeps the blocked signals for itself.
    private func onThread(_ body: @escaping @Sendable () -> String) -> String {
        let found = Found()
        _ = try? DetachedThread.start {
            let text = body()
            found.text.withLock { $0 = text }
            found.isThere.store(true, ordering: .releasing)
        }
        while !found.isThere.load(ordering: .acquiring) { _ = poll(nil, 0, 1) }
        return found.text.withLock { $0 }
    }

    @Test func `a signal does not wait for a server that does not reply, and is left to be taken`() {
        let gate = Gate()
        let seen = onThread {
            guard let signals = try? SignalPipe(secondKills: false) else { return "no pipe" }
            pthread_kill(signals.thread, SIGTERM)
            // It never ends before the gate is opened.
            guard AwaitedWork.run(signals: signals, { gate.pass() }) == nil else { return "it waited" }
            return signals.next() == .terminate ? "given up" : "the signal is gone"
        }
        gate.isOpen.store(true, ordering: .releasing)
        #expect(seen == "given up")
    }

    @Test func `without a signal its result and its error come through`() {
        struct Fault: Error {}
        let seen = onThread {
            guard let signals = try? SignalPipe(secondKills: false) else { return "no pipe" }
            guard let number = try? AwaitedWork.run(signals: signals, { 7 })?.get() else { return "no result" }
            let failed = AwaitedWork<Int>.run(signals: signals) { throw Fault() }
            guard case .failure(let error)? = failed else { return "no error" }
            return "\(number) \(error is Fault)"
        }
        #expect(seen == "7 true")
    }
}
