internal import Projections

/// A view with the places that later checks point to.
struct PlacedView {
    var plan: ViewPlan
    var position: Position
    /// Of the key's template.
    var keyPosition: Position
}

/// Compiles one view.
struct ViewReader {
    let scope: ProjectionScope
    private var log: DiagnosticLog { scope.log }
    private var values: ValueReader { ValueReader(scope: scope) }

    init(scope: ProjectionScope) { self.scope = scope }

    func read(_ entry: YAMLNode.Entry) -> PlacedView? {
        let place = "view \(entry.name)"
        guard let map = MapReader(entry.value, ViewVocabulary.view, place: place, log: log) else { return nil }
        let kinds = map.present.filter { ViewVocabulary.kindNames.contains($0.name) }
        guard let kindEntry = kinds.first else {
            if !map.mistyped.isDisjoint(with: ViewVocabulary.kindNames) { return nil }
            log.error(
                entry.value.position,
                "\(place) needs its kind and key, for instance `hash: \"\(entry.name):{id}\"`; kinds are "
                    + Hint.list(ViewVocabulary.kindNames))
            return nil
        }
        if kinds.count > 1 {
            log.error(
                kinds[1].position, "\(place) is already a \(kindEntry.name): use a separate view for each kind")
        }
        let template = ScalarReader(log: log).text(kindEntry.value, place: "`\(kindEntry.name)`")
        let key = template.flatMap { values.template($0, at: kindEntry.value.position, isKey: true) }
        let kind = kind(kindEntry, map)
        let member = member(kindEntry, map)
        let topics = topics(map)
        let isOneKind = haveOneKind(topics ?? [], at: map["from"]?.position ?? entry.position, place)
        let events = map["events"].flatMap { node in
            isOneKind ? RuleReader(scope: scope, kind: kindEntry.name, topics: topics ?? []).read(node) : nil
        }
        let timeToLive = timeToLive(map)
        guard let key, let kind, let topics, let events else { return nil }
        var plan = ViewPlan(
            name: entry.name, kind: kind, key: key, topics: topics, member: member, timeToLive: timeToLive)
        let checks = ViewChecks(
            scope: scope, plan: plan, events: events, position: entry.position, kindPosition: kindEntry.position)
        checks.run(timeToLivePosition: map.entry("ttl")?.position)
        plan.rules = checks.finishedRules
        plan.isOrderDependent = checks.isOrderDependent
        return PlacedView(plan: plan, position: entry.position, keyPosition: kindEntry.value.position)
    }

    /// The kind with its options; options of other kinds are refused.
    private func kind(_ entry: YAMLNode.Entry, _ map: MapReader) -> ViewKind? {
        let options = ["latest": ["keep"], "buckets": ["every", "retain"]]
        for name in ["keep", "every", "retain"] where options[entry.name]?.contains(name) != true {
            guard let option = map.entry(name) else { continue }
            let owner = name == "keep" ? "latest" : "buckets"
            log.error(option.position, "`\(name)` is an option of \(owner), and this view is a \(entry.name)")
        }
        for name in options[entry.name] ?? [] where map[name] == nil {
            log.error(entry.position, "a view of kind \(entry.name) needs `\(name)`")
        }
        switch entry.name {
        case "hash": return .hash
        case "document": return .document
        case "counter": return .counter
        case "set": return .set
        case "sorted-set": return .sortedSet
        case "unique": return .unique
        case "latest": return map.integer("keep", in: 1...1_000_000).map { .latest(keep: $0) }
        default:
            let every = map.duration("every", in: 1_000...TimeSpan.longest)
            let retain = map.duration("retain")
            guard let every, let retain else { return nil }
            guard every % 1_000 == 0 else {
                log.error(map["every"]?.position ?? entry.position, "`every` must be whole seconds, not \(every)ms")
                return nil
            }
            return .buckets(everySeconds: Int64(every / 1_000), retainMilliseconds: Int64(retain))
        }
    }

    private func member(_ entry: YAMLNode.Entry, _ map: MapReader) -> MemberSource? {
        let hasMembers = ["set", "sorted-set", "latest", "unique"].contains(entry.name)
        guard let node = map["member"] else {
            if hasMembers {
                log.error(entry.position, "a view of kind \(entry.name) needs `member`, for instance `member: $.id`")
            }
            return nil
        }
        if !hasMembers {
            log.error(
                map.entry("member")?.position ?? entry.position, "a \(entry.name) has no members: remove `member`")
            return nil
        }
        return values.member(node)
    }

    /// Whether all topics have change events, or none has: `events` has other names for them.
    private func haveOneKind(_ topics: [Int], at position: Position, _ place: String) -> Bool {
        let first = topics.first { scope.topics[$0].format.envelope == .debezium }
        let other = topics.first { scope.topics[$0].format.envelope != .debezium }
        guard let first, let other else { return true }
        log.error(
            position,
            "\(place) reads topic \(scope.topics[first].name) with `envelope: debezium` and topic "
                + "\(scope.topics[other].name) without: their events have different names, so use a view for each")
        return false
    }

    private func topics(_ map: MapReader) -> [Int]? {
        guard let node = map["from"] else { return Array(scope.topics.indices) }
        let nodes: [YAMLNode]
        if case .sequence(let items) = node.content { nodes = items } else { nodes = [node] }
        if nodes.isEmpty { log.error(node.position, "`from` is empty: name a topic, or remove it") }
        var result: [Int] = []
        for node in nodes {
            guard let name = ScalarReader(log: log).text(node, place: "`from`") else { continue }
            guard let index = scope.topics.firstIndex(where: { $0.name == name }) else {
                let hint = Hint.text(for: name, among: scope.topics.map(\.name))
                log.error(node.position, "`\(name)` is not one of the projection's topics\(hint)")
                continue
            }
            if result.contains(index) {
                log.error(node.position, "`\(name)` occurs twice in `from`")
            } else {
                result.append(index)
            }
        }
        return result.isEmpty ? nil : result
    }

    private func timeToLive(_ map: MapReader) -> TimeToLive? {
        guard let node = map["ttl"] else { return nil }
        guard case .mapping = node.content else {
            return map.duration("ttl").map { TimeToLive(milliseconds: Int64($0), isApproximate: false) }
        }
        guard let options = MapReader(node, ViewVocabulary.timeToLive, place: "`ttl`", log: log) else { return nil }
        let after = options.duration("after")
        if options.flag("approximate") == false {
            log.error(node.position, "an exact time to live is written `ttl: \(after.map(TimeSpan.text) ?? "30d")`")
        }
        return after.map { TimeToLive(milliseconds: Int64($0), isApproximate: true) }
    }
}
