internal import Projections

/// Reads one entry of a query's `reads:`.
struct QueryReadReader {
    let log: DiagnosticLog
    let plans: [ProjectionPlan]
    let parameters: [String]
    let entry: YAMLNode.Entry
    /// The parameters that were named.
    private(set) var used: Set<String> = []

    init(log: DiagnosticLog, plans: [ProjectionPlan], parameters: [String], entry: YAMLNode.Entry) {
        self.log = log
        self.plans = plans
        self.parameters = parameters
        self.entry = entry
    }

    mutating func read() -> QueryPlan.Read? {
        guard let map = MapReader(entry.value, QueryVocabulary.read, place: "read \(entry.name)", log: log),
            let node = map["view"], let text = map.text("view"), let (plan, view) = view(text, node.position)
        else { return nil }
        let key = key(map["key"], of: view, in: plan, at: map.position)
        let selection = selection(map, view)
        guard let key, let selection else { return nil }
        return QueryPlan.Read(
            name: entry.name, projection: plan.name, view: view.name, key: key, selection: selection)
    }

    private func view(_ text: String, _ position: Position) -> (ProjectionPlan, ViewPlan)? {
        let words = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard words.count == 2, let plan = plans.first(where: { $0.name == words[0] }),
            let view = plan.views.first(where: { $0.name == words[1] })
        else {
            let known = plans.flatMap { plan in plan.views.map { "\(plan.name).\($0.name)" } }
            log.error(position, "there is no view `\(text)`\(Hint.text(for: text, among: known))")
            return nil
        }
        return (plan, view)
    }

    private mutating func key(
        _ node: YAMLNode?, of view: ViewPlan, in plan: ProjectionPlan, at position: Position
    ) -> [QueryPlan.Template]? {
        // For buckets the request's span says which.
        let needed = KeyPattern(view.key).valueCount
        var items: [YAMLNode] = []
        if let node { if case .sequence(let list) = node.content { items = list } else { items = [node] } }
        guard items.count == needed else {
            log.error(
                node?.position ?? position,
                "the keys of view \(view.name) are \(view.key.shown(in: plan)): `key` must have \(needed) "
                    + "value\(needed == 1 ? "" : "s"), not \(items.count)")
            return nil
        }
        var templates: [QueryPlan.Template] = []
        for item in items {
            guard let template = template(item, place: "a value of `key`") else { return nil }
            templates.append(template)
        }
        return templates
    }

    private mutating func template(_ node: YAMLNode, place: String) -> QueryPlan.Template? {
        guard let text = ScalarReader(log: log).text(node, place: place) else { return nil }
        var parts: [QueryPlan.Template.Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                log.error(node.position, "`\(text)` has a `{` without its `}`")
                return nil
            }
            let name = String(rest[rest.index(after: open)..<close])
            guard parameters.contains(name) else {
                log.error(
                    node.position, "the query has no parameter `\(name)`\(Hint.text(for: name, among: parameters))")
                return nil
            }
            used.insert(name)
            parts.append(.parameter(name))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        return QueryPlan.Template(parts: parts)
    }

    private mutating func selection(_ map: MapReader, _ view: ViewPlan) -> QueryPlan.Selection? {
        let named = map.present.filter { ["top", "bottom", "around", "last"].contains($0.name) }
        guard named.count <= 1 else {
            log.error(named[1].position, "a read has only one of `top`, `bottom`, `around` and `last`")
            return nil
        }
        if let count = map.entry("count"), named.first?.name != "around" {
            log.error(count.position, "`count` belongs to `around`")
            return nil
        }
        guard let asked = named.first else {
            if case .buckets = view.kind {
                log.error(map.position, "view \(view.name) is of kind buckets: say which ones by `last`")
                return nil
            }
            return .row
        }
        return asked.name == "last" ? last(asked, map, view) : ranking(asked, map, view)
    }

    private func last(_ asked: YAMLNode.Entry, _ map: MapReader, _ view: ViewPlan) -> QueryPlan.Selection? {
        guard case .buckets(let every, _) = view.kind else {
            log.error(asked.position, "`last` is for views of kind buckets; \(view.name) is of kind \(view.kind.word)")
            return nil
        }
        guard let span = map.duration("last") else { return nil }
        let count = (Int64(span) + every * 1_000 - 1) / (every * 1_000)
        guard count <= QueryVocabulary.mostBuckets else {
            log.error(
                asked.value.position,
                "`last` takes \(count) buckets of \(every) s; at most \(QueryVocabulary.mostBuckets) are read")
            return nil
        }
        return .last(span)
    }

    private mutating func ranking(
        _ asked: YAMLNode.Entry, _ map: MapReader, _ view: ViewPlan
    ) -> QueryPlan.Selection? {
        guard view.kind.redisType == "zset" else {
            log.error(
                asked.position,
                "`\(asked.name)` is for views of kind sorted-set and latest; \(view.name) is of kind \(view.kind.word)")
            return nil
        }
        switch asked.name {
        case "top": return map.integer("top", in: QueryVocabulary.members).map { .top($0) }
        case "bottom": return map.integer("bottom", in: QueryVocabulary.members).map { .bottom($0) }
        default:
            let count = map["count"] == nil ? 5 : map.integer("count", in: QueryVocabulary.neighbours)
            guard let member = template(asked.value, place: "`around`"), let count else { return nil }
            return .around(member, count: count)
        }
    }
}
