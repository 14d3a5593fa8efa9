internal import Projections

/// What a view cannot do with the events of its topics, because of their format (Formats.md).
extension ViewChecks {
    // MARK: All formats

    /// What the view reads must be something that the events of each of its topics have.
    func checkFormats() {
        for topic in plan.topics.map({ scope.topics[$0] }) {
            for source in plan.key.sources { check(source, of: topic, at: kindPosition) }
            for source in plan.member?.sources ?? [] { check(source, of: topic, at: position) }
            for rule in events.flatMap(\.rules) {
                for condition in rule.conditions { check(condition.plan.source, of: topic, at: condition.position) }
                for change in rule.changes {
                    for source in change.plan.sources { check(source, of: topic, at: change.position) }
                    if case .setAll = change.plan, plan.kind == .hash, topic.format.encoding == .bytes {
                        log.error(
                            change.position,
                            "`set: all` of a hash needs fields, and topic \(topic.name) has `encoding: bytes`: use a document"
                        )
                    }
                }
            }
        }
    }

    private func check(_ source: ValueSource, of topic: TopicPlan, at position: Position) {
        if let fault = scope.fault(of: source, in: topic) { log.error(position, fault) }
    }

    // MARK: Change events

    func checkOperations() {
        for event in events {
            guard case .named(let name) = event.event else { continue }
            for change in event.rules.flatMap(\.changes) where change.plan.word == "increment" {
                refuse(change, in: name)
            }
            switch name {
            case "delete": checkDelete(event)
            case "truncate": checkTruncate(event)
            default: break
            }
        }
        if readsCompacted { checkCompactedOperations() }
        checkExpiry()
    }

    private func refuse(_ change: PlacedRule.Change, in name: String) {
        guard name != "truncate" else { return }
        let reason =
            name == "delete"
            ? "a delete is followed by a tombstone, so it would count twice"
            : "a row is read again by each snapshot, and an update says only what the row is now, so it would count twice"
        log.error(
            change.position,
            "`increment` under `\(name)`: \(reason); keep the rows in a view, and sum events instead of rows (an outbox, say)"
        )
    }

    /// A delete has the key's columns, and with `before: full` the old row; its tombstone has the key's columns.
    private func checkDelete(_ event: PlacedEvent) {
        for topic in plan.topics.map({ scope.topics[$0] }) {
            for (source, position) in sources(of: event) {
                guard case .path(let index, _) = source, scope.paths[index].root == .data,
                    !topic.keyPaths.contains(index), !topic.format.hasWholeBefore
                else { continue }
                log.error(
                    position,
                    "a delete has only the columns of its key, which topic \(topic.name) declares as `key`, and "
                        + "\(scope.paths[index]) is not one: `before: full`, and in PostgreSQL `ALTER TABLE … REPLICA "
                        + "IDENTITY FULL`, give it the whole old row")
            }
            guard topic.isCompacted else { continue }
            for (source, position) in sources(of: event) where !DebeziumDelete.isInTombstone(source, topic) {
                log.error(
                    position,
                    "of a delete in compacted topic \(topic.name) only the tombstone may be left, which has no "
                        + "\(scope.shown(source)): use the columns of the key")
            }
        }
        refuseSetAll(event, "a delete has no row that `set: all` could take")
    }

    private func checkTruncate(_ event: PlacedEvent) {
        for topic in plan.topics.map({ scope.topics[$0] }) where !topic.format.ignoresTruncate {
            log.error(
                event.position,
                "a truncate halts its partition before any rule: topic \(topic.name) needs `on-truncate: ignore`")
        }
        for (source, position) in sources(of: event) {
            let isOfRow =
                switch source {
                case .key: true
                case .path(let index, _): scope.paths[index].root == .data || scope.paths[index].root == .before
                default: false
                }
            guard isOfRow else { continue }
            log.error(position, "a truncate has neither a row nor a key, so it has no \(scope.shown(source))")
        }
        refuseSetAll(event, "a truncate has no row that `set: all` could take")
    }

    private func refuseSetAll(_ event: PlacedEvent, _ reason: String) {
        for change in event.rules.flatMap(\.changes) where change.plan == .setAll { log.error(change.position, reason) }
    }

    /// All that the rules of an event need to be there.
    private func sources(of event: PlacedEvent) -> [(ValueSource, Position)] {
        var sources = plan.key.sources.map { ($0, kindPosition) }
        for rule in event.rules {
            sources += rule.conditions.map { ($0.plan.source, $0.position) }
            for change in rule.changes {
                sources += change.plan.sources.map { ($0, change.position) }
                if change.plan != .delete { sources += (plan.member?.sources ?? []).map { ($0, change.position) } }
            }
        }
        return sources
    }

    private func checkCompactedOperations() {
        if !events.contains(where: { $0.event == DebeziumDelete.name }) {
            log.warn(
                position,
                "view \(plan.name) has no rule for `delete`: a row deleted in its compacted topic stays until a rebuild; "
                    + "`delete: delete` removes it")
        }
        if !events.contains(where: { $0.event == .named("row") }) {
            log.warn(
                position,
                "view \(plan.name) has no rule for `row`: compaction keeps only the last event of a row, an update or a "
                    + "create, so a rebuild lacks the rows whose rule it is not")
        }
    }

    /// An update that lacks a column does not replace the row.
    private func checkExpiry() {
        guard let timeToLive = plan.timeToLive, !timeToLive.isApproximate, plan.kind == .hash, !readsCompacted,
            let change = allChanges.first(where: { $0.plan == .setAll })
        else { return }
        log.error(
            change.position,
            "an update in which a large column is not logged again (TOAST) changes the row without replacing it, so an "
                + "exact `ttl` is not possible: write `ttl: { after: \(TimeSpan.text(Int(timeToLive.milliseconds))), "
                + "approximate: true }`")
    }
}
