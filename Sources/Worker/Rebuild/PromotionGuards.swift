import Records

/// What must hold before the live generations are made to stand at all.
public struct PromotionGuards: Sendable {
    /// By how much records' times may differ on a partition.
    public var maxLagMilliseconds: Int64 = 1_000
    /// Views that may shrink, as `VIEW` or `PROJECTION.VIEW`.
    public var acceptedShrinks: Set<String> = []
    /// The way back may find fewer rows.
    public var comparesRows = true
    /// Passes the guards on replicas and snapshots.
    public var isForced = false

    public init() {}

    /// One that is not met.
    public struct Refusal: Sendable, Equatable {
        /// For scripts: `projections`, `damage`, `parked`, `ledger`, `lag`, `foreign-keys`, `rows`, `server`.
        public var code: String
        /// What is wrong, and what to do about it.
        public var message: String
    }

    public func refusals(_ facts: PromotionFacts) -> [Refusal] {
        [
            strangers(facts), damage(facts), lag(facts), parked(facts), ledger(facts), foreignKeys(facts), rows(facts),
            server(facts),
        ].compactMap(\.self)
    }

    private func strangers(_ facts: PromotionFacts) -> Refusal? {
        guard !facts.strangers.isEmpty else { return nil }
        let names = facts.strangers.joined(separator: ", ")
        return Refusal(
            code: "projections",
            message:
                "the home database \(facts.subject.home) also holds projection \(names), which the build does not: it would be exchanged away. Put all projections of this database into one file and build them together, or give this one a database of its own (`database:` under the projection)."
        )
    }

    private func damage(_ facts: PromotionFacts) -> Refusal? {
        guard let first = facts.damage.first else { return nil }
        return Refusal(
            code: "damage",
            message:
                "the build is damaged (\(first)\(Self.more(facts.damage.count))). Build again: `lantern rebuild --abort`, then `lantern rebuild`."
        )
    }

    private func lag(_ facts: PromotionFacts) -> Refusal? {
        var worst: (milliseconds: Int64, partition: PromotionFacts.Partition)?
        for partition in facts.partitions {
            guard let live = partition.live else { continue }
            guard let build = partition.build else {
                return refusal(partition, "has no checkpoint there: nothing of it was read")
            }
            if build.next > live.next {
                return refusal(
                    partition,
                    "is at offset \(build.next), ahead of live at \(live.next): Redis lost some of live's transactions; live catches up by itself"
                )
            }
            guard build.next < live.next else { continue }
            let lag = build.time < 0 ? .max : max(0, live.time - build.time)
            if lag >= worst?.milliseconds ?? 0 { worst = (lag, partition) }
        }
        guard let worst, worst.milliseconds > maxLagMilliseconds else { return nil }
        let events = worst.partition.lag ?? 0
        let time = worst.milliseconds == .max ? "" : " (\(Self.seconds(worst.milliseconds)))"
        return refusal(
            worst.partition,
            "is \(events) events behind live\(time), more than --max-lag \(Self.seconds(maxLagMilliseconds))")
    }

    private func refusal(_ partition: PromotionFacts.Partition, _ words: String) -> Refusal {
        Refusal(
            code: "lag",
            message: "the build's partition \(partition.name) \(words). Wait until `lantern rebuild` has caught up.")
    }

    private func parked(_ facts: PromotionFacts) -> Refusal? {
        guard let first = facts.parked.first else { return nil }
        return Refusal(
            code: "parked",
            message:
                "the build has parked event \(first.name) of \(first.projection)\(Self.more(facts.parked.count)), which live has not parked: the new definition cannot project it. Change the definition, or decide about the event (`lantern parked skip` on what is live), then build again."
        )
    }

    private func ledger(_ facts: PromotionFacts) -> Refusal? {
        guard let first = facts.undecided.first else { return nil }
        return Refusal(
            code: "ledger",
            message:
                "the operator's decision about event \(first.name) of \(first.projection)\(Self.more(facts.undecided.count)) is not in the build, and could not be carried out there: the build has projected the event as it is. Build again (`lantern rebuild --abort`, then `lantern rebuild`): a new build begins with all decisions."
        )
    }

    private func foreignKeys(_ facts: PromotionFacts) -> Refusal? {
        guard let found = facts.foreign.first else { return nil }
        return Refusal(
            code: "foreign-keys",
            message:
                "database \(found.database) holds keys that belong to no view, such as \(found.sample.first ?? "?")\(Self.more(found.count)): they would be exchanged with the views. Move them to another database."
        )
    }

    private func rows(_ facts: PromotionFacts) -> Refusal? {
        guard comparesRows else { return nil }
        let shrunk = facts.views.filter { isShrunk($0) && !isAccepted($0.view) }
        guard let first = shrunk.first, let live = first.live, let build = first.build else { return nil }
        let options = shrunk.map { "--accept-shrink \($0.view.projection).\($0.view.view)" }.joined(separator: " ")
        return Refusal(
            code: "rows",
            message:
                "view \(first.view.view) of \(first.view.projection) would go from \(live) rows to \(build)\(Self.more(shrunk.count)). If that is meant, pass \(options); `lantern diff` shows the rows."
        )
    }

    /// By more than a fifth, or to nothing.
    private func isShrunk(_ rows: PromotionFacts.ViewRows) -> Bool {
        guard let live = rows.live, let build = rows.build, live > 0 else { return false }
        return build == 0 || build * 5 < live * 4
    }

    private func isAccepted(_ view: RowCensus.View) -> Bool {
        acceptedShrinks.contains(view.view) || acceptedShrinks.contains("\(view.projection).\(view.view)")
    }

    private func server(_ facts: PromotionFacts) -> Refusal? {
        guard !isForced else { return nil }
        let words: String
        if facts.server.isSavingSnapshot {
            words = "Redis is saving a snapshot"
        } else if facts.server.isRewritingLog {
            words = "Redis is rewriting its append-only file"
        } else if let replica = facts.server.lateReplicas.first {
            words =
                "replica \(replica)\(Self.more(facts.server.lateReplicas.count)): a failover now could lose the exchange"
        } else {
            return nil
        }
        return Refusal(code: "server", message: "\(words). Wait until that has ended, or pass --force.")
    }

    private static func more(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }

    static func seconds(_ milliseconds: Int64) -> String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}
