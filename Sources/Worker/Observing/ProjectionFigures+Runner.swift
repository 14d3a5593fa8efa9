import Observing
import Projections
import Records

extension ProjectionFigures {
    /// What a runner's lanes say; `now` is by their clock and `wall` by the system's.
    init(_ runner: ProjectionRunner, now: Int64, wall: Int64) {
        let settings = runner.settings
        self.init(name: settings.plan.name)
        role = runner.isBuilding ? .build : .live
        switch runner.state {
        case .starting: state = .starting
        case .idle(let why): (state, reason) = (.idle, why)
        case .blocked(let error): (state, reason) = (.blocked, error.message)
        case .running(let number, _): (state, generation) = (.running, number)
        case .ended: state = .ended
        }
        let standing = runner.standing
        hasRun = !standing.identifier.isEmpty
        if state == .running { identifier = standing.identifier }
        throttle = runner.throttling?.reason.word
        parkedLimit = Int64(settings.limits.parked)
        let topics = settings.plan.topics.map(\.name)
        partitionCounts = zip(topics, standing.counts).map { ($0, $1) }
        lanes = runner.snapshots.enumerated().map { index, snapshot in
            LaneFigures(snapshot, lane: index, topics: topics, now: now, wall: wall)
        }
    }
}
