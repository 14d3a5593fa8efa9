extension Verdict {
    /// What was read longer ago than this, in milliseconds, says nothing any more.
    public static let patience: Int64 = 10_000
    /// A partition changes hands in a rebalance: so long, in milliseconds, none of the workers need have it.
    public static let handover: Int64 = 8_000
    /// The part of Redis's memory above which nothing should be built.
    public static let memoryLimit = 0.85

    /// Judges what was read; `lanes` are those of this process. Findings that were there before keep their time.
    public init(_ model: StatusModel, _ process: ProcessFigures? = nil, before: Verdict? = nil, now: Int64) {
        var findings = Self.servers(model, now: now)
        for projection in process?.projections ?? [] {
            findings += projection.lanes.compactMap { Self.stuck($0, of: projection.name, now: now) }
        }
        // What Redis said before it was away is an old story.
        if model.redis.isUp {
            for projection in model.projections { findings += Self.judge(projection, now: now) }
        }
        for index in findings.indices {
            let finding = findings[index]
            let former = before?.findings.first { $0.code == finding.code && $0.subject == finding.subject }
            findings[index].since = finding.since ?? former?.since ?? now
        }
        self.init(findings)
    }

    private static func servers(_ model: StatusModel, now: Int64) -> [VerdictFinding] {
        var findings: [VerdictFinding] = []
        if !model.redis.isUp {
            findings.append(
                VerdictFinding(
                    .redisAway, .failing, "redis",
                    "Redis cannot be reached\(because(model.redis.reason)), so nothing is projected",
                    since: model.redis.since,
                    action: "Check that Redis is running and listening there; workers go on by themselves."))
        } else if now - model.at > patience {
            findings.append(
                VerdictFinding(
                    .unknown, .failing, "redis",
                    "the state of the projections is unknown: Redis was last read \((now - model.at) / 1_000) s ago",
                    since: model.at,
                    action: "Restart this process if that lasts."))
        }
        if model.kafka.isUp == false {
            findings.append(
                VerdictFinding(
                    .kafkaAway, .failing, "kafka",
                    "Kafka cannot be reached\(because(model.kafka.reason)), so how far the projections lag is unknown",
                    since: model.kafka.since,
                    action: "Check `bootstrap.servers`, and that the brokers are running; workers go on by themselves.")
            )
        }
        if let ratio = model.redis.memoryRatio, ratio > memoryLimit {
            findings.append(
                VerdictFinding(
                    .redisMemory, .degraded, "redis",
                    "Redis uses \(Int((ratio * 100).rounded())) % of its maxmemory; at 100 % it refuses every transaction",
                    action: "Raise maxmemory, or remove generations that are not needed: `lantern drop`."))
        }
        return findings
    }

    private static func because(_ reason: String?) -> String { reason.map { " (\($0))" } ?? "" }

    /// A lane that went round its loop a moment ago, or waits for something that ends by itself, is alive.
    static func stuck(_ lane: LaneFigures, of projection: String, now: Int64) -> VerdictFinding? {
        let silence = now - lane.tickedAt
        guard silence > patience, lane.wait == nil else { return nil }
        return VerdictFinding(
            .laneStuck, .failing, "\(projection) lane \(lane.lane)",
            "lane \(lane.lane) of projection \(projection) has not moved for \(silence / 1_000) s",
            since: lane.tickedAt,
            action: "Restart this worker; its partitions go to others, and nothing is lost.")
    }

    private static func judge(_ projection: ProjectionStatus, now: Int64) -> [VerdictFinding] {
        var findings: [VerdictFinding] = []
        let name = projection.name
        if let obstacle = projection.obstacle {
            findings.append(
                VerdictFinding(
                    .obstacle, .failing, name, "projection \(name) is not projected: \(obstacle)",
                    action: "See `lantern status`."))
        } else if !projection.canBeFolded {
            findings.append(
                VerdictFinding(
                    .nobodyFolds, .failing, name, nobody(projection),
                    action: "Start a worker with the file of that definition: `lantern run`."))
        }
        findings += partitions(projection, now: now)
        if projection.parked > 0 {
            findings.append(
                VerdictFinding(
                    .parked, .degraded, name,
                    "projection \(name) has \(projection.parked) parked event\(projection.parked == 1 ? "" : "s")",
                    action: "Look at them with `lantern parked list`, then retry, edit or skip them."))
        }
        return findings
    }

    private static func nobody(_ projection: ProjectionStatus) -> String {
        guard let generation = projection.generation else {
            return "no worker runs projection \(projection.name)"
        }
        return "no running worker has the definition of projection \(projection.name)'s live generation \(generation), "
            + "so nothing updates its views"
    }

    private static func partitions(_ projection: ProjectionStatus, now: Int64) -> [VerdictFinding] {
        var findings: [VerdictFinding] = []
        for partition in projection.partitions {
            let reason = partition.reason ?? ""
            var subject: String { "\(projection.name) \(partition.name)" }
            if partition.isDamaged {
                findings.append(
                    VerdictFinding(
                        .damaged, .failing, subject, "\(subject) is \(reason)",
                        action: "Build the generation again: `lantern rebuild`, then `lantern promote`."))
            } else if partition.needsAttention {
                let code = VerdictFinding.Code(rawValue: partition.state) ?? .halted
                findings.append(
                    VerdictFinding(
                        code, .failing, subject, "\(subject) is \(partition.state): \(reason)",
                        action: "See the article Troubleshooting for this reason."))
            } else if projection.canBeFolded, let since = partition.unownedSince, now - since >= handover {
                findings.append(
                    VerdictFinding(
                        .unowned, .failing, subject, "no worker has \(subject)", since: since,
                        action: "Start more workers, or look why those that run do not take it: `lantern status`."))
            }
        }
        return findings
    }
}
