/// Whether an answer is as fresh as its reader asked. Decides by what it is given, and nothing else.
public enum Freshness {
    public enum Verdict: Sendable, Equatable {
        case fresh
        /// The event was reached, and waits parked: its rows are without it.
        case parked(OffsetList.Place)
        /// Kafka must be asked where the logs end.
        case askLog(Shortfall)
        case behind(Goal, Shortfall)
        /// Only a change of this projection's rows can help.
        case awaitsChange(subject: Int, Shortfall)
    }

    /// What there is to decide by.
    public struct Evidence: Sendable {
        /// In the order of `subjects`.
        public var vectors: [ProjectionVector]
        /// The indices of the projections.
        public var subjects: [Int]
        /// Those events of `after` that are parked, as the transaction of the vectors found them.
        public var parked: Set<OffsetList.Place>
        /// The value of the field in question in the row.
        public var field: String?
        /// When the request came, by the monotonic clock in nanoseconds.
        public var arrivedAt: Int64
        public var now: Int64
    }

    /// The judgement of one answer.
    public static func judge(
        _ condition: FreshnessCondition, _ evidence: Evidence, _ log: LogKnowledge
    ) -> Verdict {
        generation(condition, evidence) ?? events(condition, evidence) ?? logEnd(condition, evidence, log)
            ?? field(condition, evidence) ?? .fresh
    }

    private static func generation(_ condition: FreshnessCondition, _ evidence: Evidence) -> Verdict? {
        for wanted in condition.generations {
            for (index, vector) in evidence.vectors.enumerated()
            where vector.projection == wanted.projection && vector.generation < wanted.number {
                let shortfall = Shortfall(
                    .generation, have: "\(vector.projection):\(vector.generation)",
                    want: "\(wanted.projection):\(wanted.number)")
                return .awaitsChange(subject: evidence.subjects[index], shortfall)
            }
        }
        return nil
    }

    /// What a producer or an earlier answer named.
    private static func events(_ condition: FreshnessCondition, _ evidence: Evidence) -> Verdict? {
        for place in condition.after.places {
            if let verdict = reach(place, place.offset + 1, nil, evidence) { return verdict }
        }
        for seen in condition.seen {
            for place in seen.offsets.places {
                if let verdict = reach(place, place.offset, seen.projection, evidence) { return verdict }
            }
        }
        // Whether an event is parked can be said only once it was reached.
        return condition.after.places.first { evidence.parked.contains($0) }.map { .parked($0) }
    }

    private static func reach(
        _ place: OffsetList.Place, _ next: Int64, _ projection: String?, _ evidence: Evidence
    ) -> Verdict? {
        for (index, vector) in evidence.vectors.enumerated()
        where projection == nil || projection == vector.projection {
            guard let have = vector.next(place.topic, place.partition), have < next else { continue }
            let name = "\(place.topic)/\(place.partition)"
            let goal = Goal(
                subject: evidence.subjects[index], topic: place.topic, partition: place.partition, next: next)
            let shortfall = Shortfall(
                .behind, have: "\(name)@\(have)", want: "\(name)@\(next)", events: next - have,
                since: time(vector, place.topic, Int(place.partition)))
            return .behind(goal, shortfall)
        }
        return nil
    }

    private static func logEnd(
        _ condition: FreshnessCondition, _ evidence: Evidence, _ log: LogKnowledge
    ) -> Verdict? {
        guard let maxStale = condition.maxStaleNanoseconds else { return nil }
        // With 0 only what Kafka is asked after the request came proves anything.
        let bound = maxStale == 0 ? evidence.arrivedAt : evidence.now - maxStale
        for (index, vector) in evidence.vectors.enumerated() {
            for topic in vector.topics where !log.isReached(by: topic, of: vector.identifier, since: bound) {
                if let ask = log.newest(topic.name), ask.at >= bound, ask.foreign.contains(vector.identifier) {
                    // Asking again says the same until the views are others.
                    return .awaitsChange(subject: evidence.subjects[index], foreign(ask, topic))
                }
                guard let ask = log.newest(topic.name), ask.at >= bound, let partition = ask.missing(in: topic) else {
                    let why = log.fault.map { "the log's end, which Kafka does not say: \($0)" }
                    return .askLog(
                        Shortfall(.log, have: vector.text, want: why ?? "the end of \(topic.name)"))
                }
                let end = ask.ends[partition]
                let have = topic.partitions.indices.contains(partition) ? topic.partitions[partition].next ?? 0 : 0
                let goal = Goal(
                    subject: evidence.subjects[index], topic: topic.name, partition: Int32(partition), next: end)
                let shortfall = Shortfall(
                    .behind, have: "\(topic.name)/\(partition)@\(have)", want: "\(topic.name)/\(partition)@\(end)",
                    events: ask.distance(to: topic), since: time(vector, topic.name, partition))
                return .behind(goal, shortfall)
            }
        }
        return nil
    }

    private static func foreign(_ ask: LogKnowledge.Ask, _ topic: ProjectionVector.Topic) -> Shortfall {
        let partition = ask.passed(by: topic) ?? 0
        let next = topic.partitions.indices.contains(partition) ? topic.partitions[partition].next ?? 0 : 0
        let end = ask.ends.indices.contains(partition) ? ask.ends[partition] : 0
        return Shortfall(
            .log, have: "\(topic.name)/\(partition)@\(next)",
            want: "rows of the log that ends at \(topic.name)/\(partition)@\(end): it was cut, or is another one")
    }

    private static func field(_ condition: FreshnessCondition, _ evidence: Evidence) -> Verdict? {
        guard let wanted = condition.field, !wanted.holds(for: evidence.field) else { return nil }
        let shortfall = Shortfall(
            .field, have: evidence.field.map { "\(wanted.field)=\($0)" } ?? "no \(wanted.field)", want: wanted.text)
        return .awaitsChange(subject: evidence.subjects.first ?? 0, shortfall)
    }

    private static func time(_ vector: ProjectionVector, _ topic: String, _ partition: Int) -> Int64? {
        guard let partitions = vector.topic(topic)?.partitions, partitions.indices.contains(partition),
            partitions[partition].time >= 0
        else { return nil }
        return partitions[partition].time
    }
}
