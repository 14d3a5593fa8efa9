import Glibc
import Kafka
import Synchronization
import System
import Worker

/// Produces the demo's events on a thread of its own, never further ahead of the worker than the broker can keep.
final class DemoGenerator: Sendable {
    struct Progress {
        var produced = 0
        var isStopRequested = false
        var hasEnded = false
        var failure: String?
        var rows = DemoRows()
        var perTopic: [String: Int] = [:]
    }

    private let shared = Mutex(Progress())
    private let total: Int?
    private let rate: Int?
    /// So many events come first, as fast as they can.
    private let burst: Int
    /// How far it may be ahead; nil: as far as it likes.
    private let lead: Int?
    private let projected: @Sendable () -> Int

    init(total: Int?, rate: Int?, burst: Int = 0, lead: Int?, projected: @escaping @Sendable () -> Int) {
        self.total = total
        self.rate = rate
        self.burst = burst
        self.lead = lead
        self.projected = projected
    }

    var progress: Progress { shared.withLock { $0 } }
    var produced: Int { shared.withLock { $0.produced } }
    var hasEnded: Bool { shared.withLock { $0.hasEnded } }
    func stop() { shared.withLock { $0.isStopRequested = true } }

    func start(properties: [(String, String)]) throws(SystemError) {
        try DetachedThread.start { [self] in run(properties) }
    }

    private func run(_ properties: [(String, String)]) {
        var events = DemoEvents(seed: 1, startSecond: Clock.wallMilliseconds() / 1_000, total: total ?? 1_000_000)
        var perTopic: [String: Int] = [:]
        do {
            let linger = rate == nil ? "50" : "10"
            var producer = try Producer(properties: properties + [("linger.ms", linger)], clientID: "lantern-demo")
            var started = Clock.milliseconds()
            var index = 0
            while index < total ?? .max, !shared.withLock({ $0.isStopRequested }) {
                if index == burst { started = Clock.milliseconds() }
                try wait(before: index, since: started, &producer)
                let record = events.next(index)
                try Self.produce(record, &producer)
                perTopic[record.topic, default: 0] += 1
                index += 1
                if index % 256 == 0 { shared.withLock { $0.produced = index } }
            }
            try producer.flush(timeoutMilliseconds: 30_000)
            let failure = producer.takeFailures().first.map { "\($0.error)" }
            shared.withLock { progress in
                progress.produced = index
                progress.failure = failure
                progress.rows = events.expected
                progress.perTopic = perTopic
                progress.hasEnded = true
            }
        } catch {
            shared.withLock { progress in
                progress.failure = "\(error)"
                progress.hasEnded = true
            }
        }
    }

    /// Keeps the rate and the lead; the producer is served meanwhile.
    private func wait(before index: Int, since started: Int64, _ producer: inout Producer) throws {
        if let rate, index >= burst {
            while Int64(index - burst) * 1_000 / Int64(rate) > Clock.milliseconds() - started {
                if shared.withLock({ $0.isStopRequested }) { return }
                shared.withLock { $0.produced = index }
                producer.poll(timeoutMilliseconds: 5)
            }
        }
        // The embedded broker replies to a fetch with one produced batch for each partition: far ahead, wait until half
        // of it is gone, so that batches are large.
        guard let lead, index % 256 == 0, index - projected() > lead else { return }
        while index - projected() > lead / 2 {
            if shared.withLock({ $0.isStopRequested }) { return }
            producer.poll(timeoutMilliseconds: 5)
        }
    }

    private static func produce(_ record: DemoEvents.Record, _ producer: inout Producer) throws(KafkaError) {
        while try !isTaken(record, &producer) { producer.poll(timeoutMilliseconds: 10) }
    }

    /// False if the producer's queue is full.
    private static func isTaken(_ record: DemoEvents.Record, _ producer: inout Producer) throws(KafkaError) -> Bool {
        do throws(KafkaError) {
            try producer.produce(
                topic: record.topic, key: Array(record.key.utf8), value: record.value.map { Array($0.utf8) })
            return true
        } catch {
            if error.code == .queueFull { return false }
            throw error
        }
    }
}
