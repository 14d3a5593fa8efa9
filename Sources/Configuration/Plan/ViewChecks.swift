internal import Bytes
internal import Projections

/// The rules that hold for a view as a whole (Projections.md, "Order", "Compacted topics" and "Expiry").
struct ViewChecks {
    let scope: ProjectionScope
    let plan: ViewPlan
    let events: [PlacedEvent]
    let position: Position
    let kindPosition: Position
    var log: DiagnosticLog { scope.log }

    var allChanges: [PlacedRule.Change] { events.flatMap(\.rules).flatMap(\.changes) }
    var isOrderDependent: Bool { allChanges.contains { !$0.plan.isOrderFree } }
    var readsCompacted: Bool { plan.topics.contains { scope.topics[$0].isCompacted } }

    func run(timeToLivePosition: Position?) {
        checkOwnership()
        checkClasses()
        checkCompacted()
        for event in events where event.event == .tombstone { checkTombstone(event) }
        checkFormats()
        if scope.isDebezium(plan.topics) { checkOperations() }
        if let timeToLive = plan.timeToLive, let timeToLivePosition {
            check(timeToLive, at: timeToLivePosition)
        }
    }

    /// In a compacted topic a `when` that does not hold deletes: a last rule without conditions says so.
    var finishedRules: [EventRules] {
        events.map { event in
            var rules = event.rules.map(\.rule)
            if readsCompacted, let last = rules.last, !last.conditions.isEmpty {
                rules.append(Rule(changes: [.delete]))
            }
            return EventRules(event: event.event, rules: rules)
        }
    }

    // MARK: Order

    private func checkOwnership() {
        guard let first = allChanges.first(where: { !$0.plan.isOrderFree }) else { return }
        if plan.topics.count > 1 {
            log.error(
                first.position,
                "`\(first.plan.word)` depends on the order of events, and view \(plan.name) reads "
                    + "\(plan.topics.count) topics, whose events have no common order: name one, "
                    + "`from: \(scope.topics[plan.topics[0]].name)`")
            return
        }
        guard let topic = plan.topics.first.map({ scope.topics[$0] }) else { return }
        if hasMessageKey(plan.key.sources, of: topic) { return }
        let needed = messageKeys(of: topic)
        let changes = allChanges.filter { !$0.plan.isOrderFree }
        guard plan.kind == .set || plan.kind == .sortedSet else {
            let way = plan.kind == .hash || plan.kind == .counter ? ", or use only `increment`" : ""
            log.error(
                first.position,
                "`\(first.plan.word)` depends on the order of events, but events for one key of view \(plan.name) may "
                    + "come from several partitions: put \(needed) into the key\(way)")
            return
        }
        if let delete = changes.first(where: { $0.plan == .delete }) {
            log.error(
                delete.position,
                "`delete` of a whole key depends on the order of events, but events for one key of view \(plan.name) "
                    + "may come from several partitions: put \(needed) into the key, or use `remove`")
            return
        }
        if case .value(let source)? = plan.member, hasMessageKey([source], of: topic) { return }
        log.error(
            first.position,
            "`\(first.plan.word)` depends on the order of events, but events for one member of view \(plan.name) may "
                + "come from several partitions: put \(needed) into the key, or make it the `member`")
    }

    /// Whether the message key is among these: as it is, or all that it stands for.
    private func hasMessageKey(_ sources: [ValueSource], of topic: TopicPlan) -> Bool {
        if sources.contains(.key) { return true }
        let paths = sources.compactMap { source in
            if case .path(let index, _) = source { return index }
            return nil
        }
        return !topic.keyPaths.isEmpty && topic.keyPaths.allSatisfy(paths.contains)
    }

    private func messageKeys(of topic: TopicPlan) -> String {
        if let keyPath = topic.keyPath {
            return "the message key (`{@key}` or `{\(scope.paths[keyPath].members.joined(separator: "."))}`)"
        }
        if !topic.keyColumns.isEmpty {
            let columns = topic.keyColumns.map { "`{\(scope.paths[$0].members[0])}`" }
            return "the message key (`{@key}`, or \(columns.joined(separator: " and ")))"
        }
        return "the message key (`{@key}`, or the path that `topics: { \(topic.name): { key: PATH } }` declares)"
    }

    // MARK: Classes

    /// A field or a member's score has one class in a view.
    private func checkClasses() {
        var classes: [ExactText: (word: String, position: Position)] = [:]
        var setAll: Position?
        for change in allChanges {
            switch change.plan {
            case .setAll where plan.kind == .hash: setAll = setAll ?? change.position
            case .setField(let name, _), .incrementField(let name, _):
                checkClass(of: "field `\(name)`", key: name, change, &classes)
            case .increment, .maximum, .minimum, .score:
                checkClass(of: "the score", key: "", change, &classes)
            default: break
            }
        }
        if let setAll, let increment = allChanges.first(where: { $0.plan.word == "increment" }) {
            log.error(
                increment.position,
                "`set: all` (at \(setAll)) makes every field of view \(plan.name) one that is set, so none can be "
                    + "incremented: use a separate view for the sums")
        }
        for rule in events.flatMap(\.rules) { checkUnset(rule) }
    }

    private func checkClass(
        of what: String, key: String, _ change: PlacedRule.Change,
        _ classes: inout [ExactText: (word: String, position: Position)]
    ) {
        let word = change.plan.word
        guard let first = classes[ExactText(key)] else {
            classes[ExactText(key)] = (word, change.position)
            return
        }
        if first.word == word { return }
        log.error(
            change.position,
            "\(what) has `\(word)` here and `\(first.word)` at \(first.position): in one view it can be only one of "
                + "them: use another view or field")
    }

    private func checkUnset(_ rule: PlacedRule) {
        for change in rule.changes {
            guard case .unsetField(let name) = change.plan else { continue }
            let isChanged = rule.changes.contains {
                switch $0.plan {
                case .setField(let other, _), .incrementField(let other, _): other.isExactly(name)
                default: false
                }
            }
            if isChanged { log.error(change.position, "`\(name)` is changed and unset in the same rule: keep one") }
        }
    }

    // MARK: Compacted topics

    private func checkCompacted() {
        guard readsCompacted else { return }
        guard plan.kind == .hash || plan.kind == .document else {
            log.error(
                kindPosition,
                "a \(plan.kind.word) cannot be made from a compacted topic, which keeps only the newest state of each "
                    + "key: use a hash with `set: all` or a document")
            return
        }
        for change in allChanges {
            switch change.plan {
            case .setAll, .setDocument, .delete: continue
            default:
                log.error(
                    change.position,
                    "a compacted topic keeps only the newest state of each key, so `\(change.plan.word)` of single "
                        + "fields would be lost in a rebuild: use `set: all`"
                        + (plan.kind == .hash ? ", or a document with `set`" : ""))
                return
            }
        }
        if scope.isDebezium(plan.topics) { return }
        if !events.contains(where: { $0.event == .tombstone }) {
            log.warn(
                position,
                "view \(plan.name) has no rule for `tombstone`: a row deleted in its compacted topic stays until a "
                    + "rebuild; `tombstone: delete` removes it")
        }
        if !events.contains(where: { $0.event == .any }) {
            log.warn(
                position,
                "view \(plan.name) has no rule for \"*\": if compaction keeps only an event of another type, a "
                    + "rebuild lacks the row; `\"*\": delete` makes both the same")
        }
    }

    // MARK: Tombstones

    private func checkTombstone(_ event: PlacedEvent) {
        for source in plan.key.sources {
            checkTombstone(source, at: event.position, place: "the key of view \(plan.name)")
        }
        for rule in event.rules {
            for condition in rule.conditions {
                checkTombstone(condition.plan.source, at: condition.position, place: "`when`")
            }
            for change in rule.changes {
                if case .setAll = change.plan {
                    log.error(change.position, "a tombstone has no value that `set: all` could take")
                }
                for source in change.plan.sources {
                    checkTombstone(source, at: change.position, place: "`\(change.plan.word)`")
                }
                guard change.plan != .delete, let member = plan.member else { continue }
                for source in member.sources { checkTombstone(source, at: change.position, place: "`member`") }
            }
        }
    }

    private func checkTombstone(_ source: ValueSource, at position: Position, place: String) {
        guard case .path(let index, _) = source else { return }
        let without = plan.topics.map { scope.topics[$0] }.filter { !$0.keyPaths.contains(index) }
        guard let topic = without.first else { return }
        log.error(
            position,
            "a tombstone has no value, so \(place) cannot use \(scope.paths[index]) there: use `{@key}`, or declare what "
                + "the record key stands for, `topics: { \(topic.name): { key: \(scope.paths[index]) } }`")
    }

    // MARK: Time to live

    private func check(_ timeToLive: TimeToLive, at position: Position) {
        let text = TimeSpan.text(Int(timeToLive.milliseconds))
        if case .buckets = plan.kind {
            log.error(position, "buckets expire by themselves, `retain` after their end: remove `ttl`")
            return
        }
        guard !timeToLive.isApproximate else { return }
        let isWhole = allChanges.allSatisfy {
            switch $0.plan {
            case .setAll, .setDocument, .delete: true
            default: false
            }
        }
        if isWhole, plan.kind == .hash || plan.kind == .document { return }
        log.error(
            position,
            "`ttl` is exact only if each write replaces the whole entry (a document, or a hash with `set: all`); "
                + "here a rebuild may differ from the live view by what expired in between: write "
                + "`ttl: { after: \(text), approximate: true }` to accept that")
    }
}
