import Bytes
import Glibc
import Observing
import Records
import Redis
import Synchronization
import System

/// Writes once a second what this process says of itself into `lantern:workers` of each home database, on a thread and a
/// connection of its own: no lane waits for it, and nothing depends on it.
final class RegistryWriter: Sendable {
    private static let interval = 1_000
    /// So long between two looks for entries that nobody renews, in milliseconds.
    private static let sweep: Int64 = 10_000

    private let keeper: FigureKeeper
    private let id: String
    private let report: @Sendable (String) -> Void
    private let wake: WakeDescriptor
    private let done: WakeDescriptor
    private let isStopped = Atomic(false)

    init(_ keeper: FigureKeeper, report: @escaping @Sendable (String) -> Void) throws(SystemError) {
        self.keeper = keeper
        self.report = report
        id = hexDigits(UInt64.random(in: .min ... .max))
        wake = try WakeDescriptor()
        done = try WakeDescriptor()
    }

    func start() throws(SystemError) { try DetachedThread.start { [self] in run() } }

    /// Takes the entry away; waits for that a moment at most.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        wake.wake()
        _ = done.wait(milliseconds: 1_000)
    }

    private func run() {
        var round = RegistryRound(id, keeper.version)
        var nextSweep = Clock.milliseconds()
        var said = RepeatedWords()
        while !isStopped.load(ordering: .relaxed) {
            let now = Clock.milliseconds()
            do {
                try round.write(keeper, sweeps: now >= nextSweep, now: now)
                if now >= nextSweep { nextSweep = now + Self.sweep }
            } catch {
                let words = "this worker's entry in the registry of workers cannot be written: \(error)"
                if said.isDue(words, now: now) { report(words) }
            }
            _ = wake.wait(milliseconds: Self.interval)
        }
        round.remove()
        done.wake()
    }
}
