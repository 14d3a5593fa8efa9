/// What a keeper of the status remembers from one look to the next: since when something is as it is, and what was known
/// before a server went away.
struct StatusMemory: Sendable {
    private var model = StatusModel(at: 0)
    private var hasRead = false
    private var verdict: Verdict?
    /// Redis is away only in that a look takes long.
    private(set) var isSilent = false
    /// `PROJECTION TOPIC-PARTITION` → since when no worker has it.
    private var unowned: [String: Int64] = [:]

    /// Redis was read.
    mutating func take(_ read: StatusModel) {
        var read = read
        let isBack = !model.redis.isUp && hasRead && !isSilent
        isSilent = false
        read.redis.since = model.redis.isUp ? model.redis.since : read.at
        read.redis.reconnects = model.redis.reconnects + (isBack ? 1 : 0)
        read.kafka = model.kafka
        noteUnowned(&read)
        model = read
        hasRead = true
    }

    private mutating func noteUnowned(_ read: inout StatusModel) {
        var still: [String: Int64] = [:]
        for index in read.projections.indices {
            let name = read.projections[index].name
            for place in read.projections[index].partitions.indices
            where read.projections[index].partitions[place].worker == nil {
                let key = "\(name) \(read.projections[index].partitions[place].name)"
                let since = unowned[key] ?? read.at
                still[key] = since
                read.projections[index].partitions[place].unownedSince = since
            }
        }
        unowned = still
    }

    /// A look at Redis has been under way since then.
    mutating func noteSilence(since: Int64) {
        guard model.redis.isUp || model.redis.since == nil else { return }
        isSilent = true
        (model.redis.isUp, model.redis.since) = (false, since)
        model.redis.reason = "it has not replied for a second"
    }

    mutating func lostRedis(_ words: String, now: Int64) {
        if model.redis.isUp || model.redis.since == nil { model.redis.since = now }
        isSilent = false
        model.redis.isUp = false
        model.redis.reason = words
    }

    /// Kafka reported its logs. While Redis is away nothing else says how far behind the checkpoints are by now.
    mutating func logs(_ logs: [String: TopicLogs], now: Int64) {
        guard !model.redis.isUp, hasRead else { return }
        for index in model.projections.indices {
            for place in model.projections[index].partitions.indices {
                let (topic, partition) = model.projections[index].partitions[place].place
                guard let bounds = logs[topic]?.bounds, Int(partition) < bounds.count else { continue }
                model.projections[index].partitions[place].measure(bounds[Int(partition)], now: now)
            }
        }
    }

    /// Kafka was asked; `fault` says why it did not reply.
    mutating func kafka(_ fault: String?, now: Int64) {
        let isUp = fault == nil
        if model.kafka.isUp != isUp { model.kafka.since = now }
        model.kafka.isUp = isUp
        model.kafka.reason = fault
        if isUp { model.kafka.readAt = now }
    }

    /// The model with the verdict for now.
    mutating func status(_ process: ProcessFigures, now: Int64) -> StatusModel {
        guard hasRead || model.redis.reason != nil else {
            var fresh = model
            fresh.at = now
            fresh.verdict = Verdict([
                VerdictFinding(
                    .unknown, .failing, "redis", "the state of the projections is unknown: Redis has not been read yet",
                    since: now, action: "Wait a moment.")
            ])
            return fresh
        }
        let judged = Verdict(model, process, before: verdict, now: now)
        verdict = judged
        model.verdict = judged
        return model
    }
}
