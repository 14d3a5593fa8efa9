internal import Glibc
internal import Synchronization

/// SIGINT, SIGTERM and SIGHUP behind a descriptor, for loops that wait in poll(2).
///
/// No signal handler runs at all: the signals are blocked in the calling thread (and so in every thread started after
/// it), and one thread takes them with sigwait(3) and wakes the descriptor. Make it before any other thread starts.
/// A program that is started from here inherits the blocked signals unless it is given an empty mask.
public final class SignalPipe: Sendable {
    /// What was asked for.
    public enum Signal: Sendable, Equatable {
        /// Ctrl-C.
        case interrupt
        /// What service managers and containers send; also SIGHUP, which comes when a terminal is closed.
        case terminate
    }

    private let wake: WakeDescriptor
    private let watched: [Int32]
    private let received = Mutex<[Signal]>([])
    /// The thread that waits; tests send to it alone.
    private let waiter = Mutex<UInt>(0)

    /// Blocks the signals, ignores SIGPIPE and those that others use for requests which Lantern does not have (SIGUSR1, SIGUSR2,
    /// SIGALRM), and starts the thread.
    ///
    /// - Parameter secondKills: whether a second signal ends the process at once, as if this did not exist.
    /// - Throws: ``SystemError`` if the system has no descriptor or thread left.
    public init(secondKills: Bool = true) throws(SystemError) {
        for number in [SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM] { signal(number, SIG_IGN) }
        wake = try WakeDescriptor()
        watched = Self.isHangUpIgnored ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
        var set = set
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

    /// nohup(1) starts a program so that a closed terminal does not end it.
    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
        // SIG_IGN is the address 1.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private var set: sigset_t {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for number in watched { _ = unsafe sigaddset(&set, number) }
        return set
    }

    private func takeSignals(secondKills: Bool) {
        var count = 0
        while true {
            var set = set
            var number: Int32 = 0
            guard unsafe sigwait(&set, &number) == 0 else { continue }
            count += 1
            if count > 1, secondKills { die(number) }
            received.withLock { received in
                received.append(number == SIGINT ? .interrupt : .terminate)
                wake.wake()
            }
        }
    }

    /// As if the signal had never been blocked, so that a shell sees what ended the program.
    private func die(_ number: Int32) {
        signal(number, SIG_DFL)
        var set = set
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
    }
}
