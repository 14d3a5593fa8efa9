internal import Projections

/// The rules that hold for a view as a whole: order and ownership, compacted topics, options (Projections.md, "Order"
/// and "Compacted topics").
struct ViewFaults {
    let view: ViewPlan
    let ownership: ViewDeclaration.Ownership
    let topics: [TopicPlan]
    let paths: [JSONPath]

    var all: [String] { [order, owner, compacted, options].compactMap { $0 }.map { "view \(view.name): \($0)" } }

    private var order: String? {
        guard ownership != .shared, view.topics.count > 1 else { return nil }
        let first = topics[view.topics[0]].name
        return
            "its changes depend on the order of events, and it reads \(view.topics.count) topics, whose events have no common "
            + "order: name one, `from: [\"\(first)\"]`"
    }

    private var owner: String? {
        guard ownership == .owned || ownership == .whole, let topic = view.topics.first.map({ topics[$0] }) else {
            return nil
        }
        if view.key.sources.contains(.key) { return nil }
        let found = view.key.sources.compactMap { source in
            if case .path(let path, _) = source { return path }
            return nil
        }
        if !topic.keyPaths.isEmpty, topic.keyPaths.allSatisfy(found.contains) { return nil }
        let names = topic.keyPaths.map { "`{\(paths[$0].members.joined(separator: "."))}`" }
        let key = names.isEmpty ? "" : " or \(names.joined(separator: " and "))"
        let way =
            switch view.kind {
            case .hash where ownership == .owned: ", or declare it `HashView(shared: …)`, which only increments"
            case .counter: ", or declare it `CounterView(shared: …)`, which only increments"
            case .set: ", or declare it `SetView(shared: …)`, which only adds, or `SetView(ofKeys: …)`"
            case .sortedSet: ", or declare it `SortedSetView(shared: …)` or `SortedSetView(ofKeys: …)`"
            default: ""
            }
        return
            "its changes depend on the order of events, but events for one key may come from several partitions: put "
            + "the message key, `{@key}`\(key), into the key\(way)"
    }

    private var compacted: String? {
        guard view.topics.contains(where: { topics[$0].isCompacted }), ownership != .whole else { return nil }
        return "a compacted topic keeps only the newest state of each key, so rows must be written whole: use "
            + "`HashView(whole: …)` or a `DocumentView`"
    }

    private var options: String? {
        let longest = TimeSpan.longest.milliseconds
        if let span = view.timeToLive?.milliseconds, span < 1 || span > longest {
            return "its time to live must be from 1 millisecond to 100 years"
        }
        switch view.kind {
        case .latest(let keep) where keep < 1 || keep > 1_000_000: return "`keep` must be from 1 to 1,000,000"
        case .buckets(let every, let retain):
            if every < 1 || every > longest / 1000 {
                return "`every` must be whole seconds, from 1 second to 100 years"
            }
            if retain < 0 || retain > longest { return "`retain` must be from 0 to 100 years" }
        default: break
        }
        return nil
    }
}
