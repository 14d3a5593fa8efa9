internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM behind a descriptor, for loops that wait in poll(2).
///
/// No signal handler runs at all: both signals are blocked in the calling thread (and so in every thread started after
/// it), and one thread takes them with sigwait(3) and wakes the descriptor. Make it before any other thread starts.
/// A program that is started from here inherits the blocked signals unless it is given an empty mask.
public final class SignalPipe: Sendable {
    /// What was asked for.
    public enum Signal: Sendable, Equatable {
        /// Ctrl-C.
        case interrupt
        /// What service managers and containers send.
        case terminate
    }

    private let wake: WakeDescriptor
    private let received = Mutex<[Signal]>([])
    /// The thread that waits; tests send to it alone.
    private let waiter = Mutex<UInt>(0)

    /// Blocks the signals, ignores SIGPIPE and starts the thread.
    ///
    /// - Parameter secondKills: whether a second signal ends the process at once, as if this did not exist.
    /// - Throws: ``SystemError`` if the system has no descriptor or thread left.
    public init(secondKills: Bool = true) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        wake = try WakeDescriptor()
        var set = Self.set
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        let thread = try DetachedThread.start { [self] in takeSignals(secondKills: secondKills) }
        waiter.withLock { $0 = thread }
    }

    /// Readable while a signal that has come was not taken.
    public var descriptor: Int32 { wake.descriptor }

    var thread: UInt { waiter.withLock { $0 } }

    /// The next signal that has come; nil if there is none.
    public func next() -> Signal? {
        received.withLock { received in
            guard !received.isEmpty else { return nil }
            let signal = received.removeFirst()
            if received.isEmpty { wake.drain() }
            return signal
        }
    }

    private static var set: sigset_t {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        _ = unsafe sigaddset(&set, SIGINT)
        _ = unsafe sigaddset(&set, SIGTERM)
        return set
    }

    private func takeSignals(secondKills: Bool) {
        var count = 0
        while true {
            var set = Self.set
            var number: Int32 = 0
            guard unsafe sigwait(&set, &number) == 0 else { continue }
            count += 1
            if count > 1, secondKills { Self.die(number) }
            received.withLock { received in
                received.append(number == SIGINT ? .interrupt : .terminate)
                wake.wake()
            }
        }
    }

    /// As if the signal had never been blocked, so that a shell sees what ended the program.
    private static func die(_ number: Int32) {
        signal(number, SIG_DFL)
        var set = Self.set
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
    }
}
