public import Observing
import Projections
import Records
import Synchronization
import System

/// What this process measures, for whoever asks on any thread: metrics, health, and the entry that the process writes about
/// itself.
public final class FigureKeeper: Sendable {
    private struct State {
        var runners: [ProjectionRunner] = []
        /// `PROJECTION ROLE TOPIC-PARTITION` → the checkpoint that was seen last, and since when.
        var advanced: [String: (next: Int64, at: Int64)] = [:]
        var statistics = StatisticsSum()
    }

    public let version: String
    private let startedAt = Clock.wallMilliseconds()
    private let state = Mutex(State())

    public init(version: String) { self.version = version }

    /// The projections of the process, whenever they change.
    func set(_ runners: [ProjectionRunner]) { state.withLock { $0.runners = runners } }

    var runners: [ProjectionRunner] { state.withLock { $0.runners } }

    /// What is measured now.
    public func figures() -> ProcessFigures {
        let (now, wall) = (Clock.milliseconds(), Clock.wallMilliseconds())
        var figures = ProcessFigures.ofThisProcess(version: version, startedAt: startedAt)
        let runners = runners
        figures.projections = runners.map { ProjectionFigures($0, now: now, wall: wall) }
        let lanes = runners.flatMap { runner -> [(name: String, snapshot: LaneSnapshot)] in
            runner.snapshots.enumerated().map { index, snapshot in
                (name: "\(runner.settings.plan.name) \(runner.isBuilding) \(index)", snapshot: snapshot)
            }
        }
        figures.kafka = state.withLock { $0.statistics.take(lanes) }
        noteAdvances(&figures, wall: wall)
        return figures
    }

    private func noteAdvances(_ figures: inout ProcessFigures, wall: Int64) {
        state.withLock { state in
            var seen: [String: (next: Int64, at: Int64)] = [:]
            for index in figures.projections.indices {
                let owner = "\(figures.projections[index].name) \(figures.projections[index].role.rawValue)"
                for lane in figures.projections[index].lanes.indices {
                    for place in figures.projections[index].lanes[lane].partitions.indices {
                        let partition = figures.projections[index].lanes[lane].partitions[place]
                        guard let next = partition.next else { continue }
                        let key = "\(owner) \(partition.name)"
                        let before = state.advanced[key]
                        let at = before?.next == next ? before?.at ?? wall : wall
                        seen[key] = (next, at)
                        figures.projections[index].lanes[lane].partitions[place].advancedAt = at
                    }
                }
            }
            state.advanced = seen
        }
    }
}
