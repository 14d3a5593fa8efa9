internal import Glibc

/// SIGINT and SIGTERM as bytes on a pipe, for loops that wait in poll(2).
///
/// No signal handler runs at all: both signals are blocked in the calling thread (and so in every thread started after
/// it), and one thread takes them with sigwait(3) and writes a byte for each. Make it before any other thread starts.
/// A program that is started from here inherits the blocked signals unless it is given an empty mask.
public struct SignalPipe: Sendable {
    /// What was asked for.
    public enum Signal: Sendable, Equatable {
        /// Ctrl-C.
        case interrupt
        /// What service managers and containers send.
        case terminate
    }

    /// Readable when a signal has come; non-blocking, and closed on exec.
    public let descriptor: Int32
    /// The thread that waits; tests send to it alone.
    let thread: pthread_t

    /// Blocks the signals, ignores SIGPIPE and starts the thread.
    ///
    /// - Parameter secondKills: whether a second signal ends the process at once, as if this did not exist.
    /// - Throws: ``SystemError`` if the system has no descriptor or thread left.
    public init(secondKills: Bool = true) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        var set = Self.set
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        thread = try Self.start(Waiter(output: ends[1], secondKills: secondKills))
    }

    /// The next signal that has come; nil if there is none.
    public func next() -> Signal? {
        var byte: UInt8 = 0
        guard unsafe read(descriptor, &byte, 1) == 1 else { return nil }
        return Int32(byte) == SIGINT ? .interrupt : .terminate
    }

    private static var set: sigset_t {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        _ = unsafe sigaddset(&set, SIGINT)
        _ = unsafe sigaddset(&set, SIGTERM)
        return set
    }

    /// What the thread owns.
    private final class Waiter: Sendable {
        let output: Int32
        let secondKills: Bool

        init(output: Int32, secondKills: Bool) {
            self.output = output
            self.secondKills = secondKills
        }

        func run() {
            var count = 0
            while true {
                var set = SignalPipe.set
                var number: Int32 = 0
                guard unsafe sigwait(&set, &number) == 0 else { continue }
                count += 1
                if count > 1, secondKills { Self.die(number) }
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe write(output, &byte, 1)
            }
        }

        /// As if the signal had never been blocked, so that a shell sees what ended the program.
        private static func die(_ number: Int32) {
            signal(number, SIG_DFL)
            var set = SignalPipe.set
            _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(number)
        }
    }

    private static func start(_ waiter: Waiter) throws(SystemError) -> pthread_t {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(waiter).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<Waiter>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        guard code == 0 else { throw SystemError("pthread_create", code) }
        pthread_detach(thread)
        return thread
    }
}
