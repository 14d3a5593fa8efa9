import Records

/// The three questions that probes ask, each with the HTTP status and the words of its answer.
public enum Health {
    /// Only this restarts a process: a lane that has stood for so long, in milliseconds, without a known wait.
    public static let stuckAfter: Int64 = 30_000

    public struct Answer: Sendable, Equatable {
        public var status: Int
        public var text: String

        public init(_ status: Int, _ text: String) {
            self.status = status
            self.text = text
        }
    }

    /// Whether the process must be restarted: never for Kafka, Redis or a rebalance, which would restart all at once.
    public static func live(_ process: ProcessFigures, now: Int64) -> Answer {
        for projection in process.projections {
            for lane in projection.lanes
            where projection.state == .running && lane.wait == nil && now - lane.tickedAt > stuckAfter {
                let silence = (now - lane.tickedAt) / 1_000
                return Answer(
                    503, "lane \(lane.lane) of projection \(projection.name) has not moved for \(silence) s\n")
            }
        }
        return Answer(200, "ok\n")
    }

    /// Whether a rollout may go on: every projection has its partitions, or has nothing to do, or waits for something that
    /// it had reached before. Not for halted or damaged ones: the rollout may bring the cure.
    public static func ready(_ process: ProcessFigures) -> Answer {
        for projection in process.projections {
            switch projection.state {
            case .idle, .ended: continue
            case .running where projection.hasRun && projection.lanes.allSatisfy(\.hasJoined): continue
            case .running, .starting:
                if projection.hasRun, projection.lanes.contains(where: \.hasJoined) { continue }
                return Answer(503, "projection \(projection.name) is starting\n")
            case .blocked:
                if projection.hasRun { continue }
                return Answer(503, "projection \(projection.name) cannot start: \(projection.reason ?? "")\n")
            }
        }
        return Answer(200, "ok\n")
    }

    /// Whether all is well, for people and alerts.
    public static func health(_ verdict: Verdict) -> Answer {
        Answer(verdict.level == .failing ? 503 : 200, verdict.text)
    }
}
